"""Matrix products, and training steps (forward, backward, AdamW) of the model of `mt bench train`, in PyTorch on a GPU, for bench/gpu/check.sh.

Usage: torch_check.py products "M,N,K;..."                          C [M, N] = A [M, K] times the transpose of B [N, K]
       torch_check.py steps "LAYERS DIM HEADS SEQ BATCH VOCAB;..."

One JSON line per size and precision: float32, tf32, and bfloat16 (operands of products; sums in float32).
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        rows, length, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(rows, length, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(rows, length, dim))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class LanguageModel(nn.Module):
    def __init__(self, layers, dim, heads, length, vocabulary):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, dim), nn.Embedding(length, dim)
        self.blocks = nn.Sequential(*(Block(dim, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(dim)

    def forward(self, ids, targets):
        x = self.norm(self.blocks(self.tokens(ids) + self.positions.weight[: ids.shape[1]]))
        return F.cross_entropy((x @ self.tokens.weight.T).flatten(0, 1).float(), targets.flatten())


def milliseconds(run, repeats):
    """The median time of a run, after a warm-up of a fifth as many."""
    times = []
    for _ in range(repeats + repeats // 5 + 2):
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 1e3 * sorted(times[-repeats:])[repeats // 2]


def products(shapes, precision):
    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    for m, n, k in (map(int, shape.split(",")) for shape in shapes.split(";")):
        a, b = torch.randn(m, k, device="cuda", dtype=kind), torch.randn(n, k, device="cuda", dtype=kind)
        ms = milliseconds(lambda: a @ b.T, 20)
        yield {"m": m, "n": n, "k": k, "ms": ms, "gflops": 2e-6 * m * n * k / ms}


def steps(sizes, precision):
    for size in sizes.split(";"):
        layers, dim, heads, length, batch, vocabulary = map(int, size.split())
        model = LanguageModel(layers, dim, heads, length, vocabulary).cuda()
        optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=True)

        def step():
            ids = torch.randint(vocabulary, (batch, length + 1), device="cuda")
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bfloat16"):
                loss = model(ids[:, :-1], ids[:, 1:])
            loss.backward()
            optimizer.step()
            loss.item()

        ms = milliseconds(step, 30)
        yield {"sizes": size, "ms": ms, "tokens_per_s": batch * length / ms * 1e3}


for precision in ["float32", "tf32", "bfloat16"]:
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    for result in {"products": products, "steps": steps}[sys.argv[1]](sys.argv[2], precision):
        print(json.dumps({"by": "torch", "precision": precision} | result, separators=(",", ":")), flush=True)
