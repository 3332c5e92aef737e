"""Begin a training at the weights of an exported file, or at a deeper network that computes the same.

What a checkpoint knows besides the weights comes back in minutes. Knows how networks grow; knows no data.
"""

from dataclasses import replace
from pathlib import Path

import gguf
import torch

from training.export import gguf_name
from training.model import Nano, Shape, named_weights


def network_of(path: Path) -> Nano:
    """The network of an exported GGUF, its halves as float32."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    num_layers = sum(name.endswith("ffn_gate.weight") for name in tensors)
    kinds = ["c" if f"blk.{index}.shortconv.conv.weight" in tensors else "a" for index in range(num_layers)]
    feed = int(tensors["blk.0.ffn_gate.weight"].shape[1])
    model = Nano(Shape(layers="".join(kinds), feed=feed))
    with torch.no_grad():
        for name, weight in named_weights(model).items():
            if name != "lm_head.weight":
                data = gguf.quants.dequantize(tensors[gguf_name(name)].data, tensors[gguf_name(name)].tensor_type)
                weight.copy_(torch.from_numpy(data.copy()).reshape(weight.shape))
    return model


def deepened(model: Nano, layers: str) -> Nano:
    """The same function in more layers: the old ones in their order, the new ones with outputs of zero.

    A network's fresh layers add nothing to the residual stream (`Nano.reset`), so the loss goes on where it stood.

    Raises:
        ValueError: the old layers are no subsequence of `layers`.
    """
    grown = Nano(replace(model.shape, layers=layers))
    old = list(model.layers)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if not name.startswith("layers."):
                grown.get_parameter(name).copy_(weight)
        for kind, layer in zip(layers, grown.layers, strict=True):
            if old and model.shape.layers[-len(old)] == kind:
                layer.load_state_dict(old.pop(0).state_dict())
    if old:
        raise ValueError(f"{model.shape.layers} cannot grow to {layers}: its layers do not stand there in their order")
    return grown
