"""Which device and precision "auto" means on this machine, and what the machine is."""

import sys
from pathlib import Path

import torch

from cnnplay.errors import ConfigError
from cnnplay.training.machine import processor_name


def resolve_device(name: str) -> torch.device:
    """The device of that name; "auto" takes CUDA, then MPS, then the CPU.

    Raises:
        ConfigError: this machine has no such device.
    """
    present = ["cpu"]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if torch.cuda.is_available():
        present[:0] = ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if name == "auto":
        return torch.device(present[0])
    if name not in present:
        raise ConfigError(f"There is no device {name!r} here. Choose one of: auto, {', '.join(present)}.")
    return torch.device(name)


def use_gpu(index: int) -> None:
    """Lets "cuda" and "auto" mean this GPU in this process; without one, nothing changes.

    Args:
        index: counted from 0; past the last it begins again.
    """
    n_gpus = torch.cuda.device_count()
    if n_gpus:
        torch.cuda.set_device(index % n_gpus)


def has_fast_bf16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 faster than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return device.type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def resolve_precision(name: str, device: torch.device) -> str:
    """fp32, bf16 or fp16; "auto" takes bf16 where the hardware has it, else fp16 on CUDA, else fp32.

    Raises:
        ConfigError: fp16 away from CUDA.
    """
    if name == "auto":
        if has_fast_bf16(device):
            return "bf16"
        return "fp16" if device.type == "cuda" else "fp32"
    if name == "fp16" and device.type != "cuda":
        raise ConfigError(f"fp16 training needs a CUDA device, not {device.type}. Choose bf16 or fp32.")
    return name


def describe_hardware(device: torch.device) -> str:
    """One line for a card: the GPU's name, or the processor and its number of threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    kind = "MPS on " if device.type == "mps" else ""
    n = torch.get_num_threads()
    return f"{kind}{processor_name()}, {n} {'thread' if n == 1 else 'threads'}"


def peak_memory_bytes(device: torch.device) -> int:
    """Most memory taken so far: of tensors on CUDA, by the driver on MPS, else by this process; 0 if unknown."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.driver_allocated_memory())
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the process was before it became this program
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
