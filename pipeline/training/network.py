"""The network in PyTorch: building it, its loss, and its weights as one flat vector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.training.settings import Shape

if TYPE_CHECKING:
    import torch

    from pipeline.training.batches import Encoded

LONGEST_POSITION = 512


def build(shape: Shape, pieces: int, pad: int, eos: int, dropout: float) -> Any:
    """Make a network with new random weights; the row of `pad` in its embedding is zero."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    config = MarianConfig(
        vocab_size=pieces,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        max_position_embeddings=LONGEST_POSITION,
        pad_token_id=pad,
        eos_token_id=eos,
        bos_token_id=None,
        decoder_start_token_id=pad,
        forced_eos_token_id=eos,
        share_encoder_decoder_embeddings=True,
        activation_function="relu",
        dropout=dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        scale_embedding=True,
        tie_word_embeddings=True,
    )
    # Read by other loaders of Marian folders.
    config.static_position_embeddings = True
    # Eager attention: on CPU the fused one has a slow backward pass for small heads.
    config._attn_implementation = "eager" if not torch.cuda.is_available() else "sdpa"
    model: Any = MarianMTModel(config)
    with torch.no_grad():
        model.get_input_embeddings().weight[pad].zero_()
    return model


def load_weights(model: Any, folder: Path) -> None:
    """Read `model.safetensors` of a folder into a network of the same shape."""
    from safetensors.torch import load_file

    weights = load_file(folder / "model.safetensors")
    missing, unknown = model.load_state_dict({name: value.float() for name, value in weights.items()}, strict=False)
    untrained = ("embed_positions", "embed_tokens", "lm_head", "final_logits_bias")
    wrong = [name for name in (*missing, *unknown) if not any(part in name for part in untrained)]
    if wrong:
        raise ValueError(f"{folder}: weights do not fit the network: {', '.join(wrong[:3])}")
    model.tie_weights()


class Flat:
    """All trained weights as one vector and their gradients as another; the network works on views of both."""

    def __init__(self, model: Any) -> None:
        import torch

        named = [(name, weight) for name, weight in model.named_parameters() if "embed_positions" not in name]
        self.names = [name for name, _ in named]
        self.sizes = [weight.numel() for _, weight in named]
        device = named[0][1].device
        self.weights = torch.nn.Parameter(torch.empty(sum(self.sizes), device=device))
        self.weights.grad = torch.zeros_like(self.weights)
        self.fill([weight.data for _, weight in named])
        parts = zip(named, self.parts(self.weights.data), self.parts(self.gradient), strict=True)
        for (_, weight), place, gradient in parts:
            weight.data = place.view_as(weight)
            weight.grad = gradient.view_as(weight)

    def parts(self, vector: torch.Tensor) -> Sequence[torch.Tensor]:
        """Cut a vector as long as all weights into views, one for each."""
        import torch

        return torch.split(vector, self.sizes)

    def fill(self, values: Sequence[torch.Tensor]) -> None:
        """Overwrite all weights, given in the order of `names`."""
        for place, value in zip(self.parts(self.weights.data), values, strict=True):
            place.copy_(value.reshape(-1))

    @property
    def gradient(self) -> torch.Tensor:
        """All gradients as one vector."""
        if self.weights.grad is None:
            raise ValueError("the gradients were taken off their vector")
        return self.weights.grad


def smoothed_loss() -> Any:
    """Return the label-smoothed cross-entropy as one fused function of (logits, gold, smoothing, count)."""
    import torch

    class SmoothedLoss(torch.autograd.Function):
        """Keeps only the finished gradient in bf16; PyTorch's own would keep three float copies of the logits."""

        @staticmethod
        def forward(ctx: Any, logits: Any, gold: Any, smoothing: float, count: float) -> Any:
            logits = logits.float()
            chosen, mean, peak = logits.gather(1, gold[:, None])[:, 0], logits.mean(-1), logits.amax(-1)
            share = logits.sub_(peak[:, None]).exp_()
            mass = share.sum(-1)
            total = peak + mass.log()
            share.mul_((1 / (mass * count))[:, None]).sub_(smoothing / share.shape[1] / count)
            share[torch.arange(len(gold), device=gold.device), gold] -= (1 - smoothing) / count
            ctx.save_for_backward(share.bfloat16())
            whole = (total - chosen).sum()
            ctx.mark_non_differentiable(whole)
            return (total - (1 - smoothing) * chosen - smoothing * mean).sum() / count, whole

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            return ctx.saved_tensors[0] * gradients[0], None, None, None

    return SmoothedLoss.apply


def padded(rows: Sequence[Sequence[int]], pad: int, step: int) -> torch.Tensor:
    """Return rows as one tensor, filled up with `pad` to a multiple of `step`."""
    import torch

    width = -(-max(map(len, rows)) // step) * step
    return torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows])


def batch_loss(
    model: Any, loss: Any, batch: Sequence[Encoded], pad: int, smoothing: float
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return the loss of a batch, the summed negative log-likelihood in nats, and its number of target pieces."""
    import torch

    from pipeline.training.batches import STEP

    device = model.device
    source = padded([pair[0] for pair in batch], pad, STEP).to(device)
    target = padded([pair[1] for pair in batch], pad, STEP).to(device)
    shifted = torch.cat([torch.full((len(batch), 1), pad, device=device), target[:, :-1]], 1)
    mask = target != pad
    count = int(mask.sum())
    with torch.autocast(device.type, dtype=torch.bfloat16):
        hidden = model.model(
            input_ids=source, attention_mask=(source != pad).long(), decoder_input_ids=shifted
        ).last_hidden_state
        logits = torch.nn.functional.linear(hidden[mask], model.lm_head.weight)
    value, nll = loss(logits, target[mask], smoothing, float(count))
    return value, nll, count
