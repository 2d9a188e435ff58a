"""Compares whole networks with timm through the command line: logits, loss and every parameter's gradient.

    python tests/bench/parity.py resnet26d:128 convnext_atto:96x128 tf_efficientnet_lite0:224=weights.safetensors

Each argument is ARCH:SIZE, with random values in every parameter (fresh ones hide mistakes: zero biases, tiny layer scales), or
with those of a file after `=`, such as a run's `weights.safetensors`, which must load with strict=True. Needs timm 1.0.31, torch and
safetensors, and a built Granary. Prints the worst relative errors: of logits to the largest logit, of each gradient to its own
norm; both are measured against float64, and PyTorch's own float32 stands beside ours. Exits with 1 when logits pass 1e-4, or gradients 1e-3 and twice PyTorch's own: where rounding moves a value
across the bend of a ReLU, float32 alone changes a gradient by more than that.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import timm
import torch
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).parents[2]
BATCH = 2
CLASSES = 10


def randomise(model: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith("num_batches_tracked"):
                continue
            noise = torch.randn(value.shape, generator=generator)
            if name.endswith("running_var"):
                value.copy_(0.5 + noise.abs())
            elif name.endswith("gamma"):
                value.copy_(0.2 + 0.05 * noise)
            elif value.ndim == 1:
                value.copy_(float(name.endswith("weight")) + 0.1 * noise)
            else:
                value.copy_(noise / (value.numel() / value.shape[0]) ** 0.5)


def timm_result(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor):
    model.zero_grad()
    logits = model(x)
    loss = torch.nn.functional.cross_entropy(logits, y)
    loss.backward()
    return logits.detach().double(), loss.item(), {k: p.grad.double() for k, p in model.named_parameters()}


def granary(command: str, arch: str, size: str, folder: Path) -> dict[str, torch.Tensor]:
    output = folder / f"{command}.safetensors"
    flags = ["--arch", arch, "--size", size, "--weights", folder / "w.safetensors", "--input", folder / "x.safetensors"]
    run = subprocess.run(
        ["node", ROOT / "bin/granary.cjs", "model", command, *flags, "--output", output, "--json"],
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise SystemExit(f"granary model {command} {arch}: {run.stdout}{run.stderr}")
    return load_file(output)


def relative(actual: torch.Tensor, expected: torch.Tensor, floor: float = 0.0) -> float:
    return ((actual.double() - expected).norm() / max(expected.norm().item(), floor)).item()


def compare(arch: str, size: str, weights: str | None) -> dict:
    height, width = (int(s) for s in (size.split("x") * 2)[:2])
    state = load_file(weights) if weights else None
    # Transformers are built for one size.
    sized = {"img_size": (height, width)} if arch.startswith(("vit", "deit", "swin")) else {}
    if state:
        # As many classes as the file's last layer has: the weights may be a run's own.
        classifier = timm.get_pretrained_cfg(arch).classifier
        sized["num_classes"] = len(state[f"{classifier}.weight"])
    model = timm.create_model(arch, **{"num_classes": CLASSES, **sized}).eval()
    if state:
        model.load_state_dict(state, strict=True)
    else:
        randomise(model)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(BATCH, 3, height, width, generator=generator)
    y = torch.tensor([3, 7])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_file(model.state_dict(), folder / "w.safetensors")
        save_file({"x": x, "y": y}, folder / "x.safetensors")
        ours_logits = granary("forward", arch, size, folder)["logits"]
        ours = granary("grad", arch, size, folder)
    torch_logits, torch_loss, torch_gradients = timm_result(model, x, y)
    logits, loss, gradients = timm_result(model.double(), x.double(), y)
    assert set(ours) == set(gradients) | {"loss"}, sorted(set(ours) ^ set(gradients))
    floor = 1e-6 * max(g.norm().item() for g in gradients.values())
    worst = max(gradients, key=lambda k: relative(ours[k], gradients[k], floor))
    return {
        "arch": arch,
        "size": size,
        "logits": (ours_logits.double() - logits).abs().max().item() / logits.abs().max().item(),
        "logits_torch": (torch_logits - logits).abs().max().item() / logits.abs().max().item(),
        "loss": abs(ours["loss"].item() - loss) / loss,
        "gradient": relative(ours[worst], gradients[worst], floor),
        "gradient_of": worst,
        "gradient_torch": max(relative(torch_gradients[k], g, floor) for k, g in gradients.items()),
        "parameters": len(gradients),
    }


failed = False
for argument in sys.argv[1:]:
    name, _, file = argument.partition("=")
    result = compare(*name.split(":"), file or None)
    failed |= result["logits"] > 1e-4 or result["gradient"] > max(1e-3, 2 * result["gradient_torch"])
    print(json.dumps({k: float(f"{v:.2e}") if isinstance(v, float) else v for k, v in result.items()}), flush=True)
sys.exit(failed)
