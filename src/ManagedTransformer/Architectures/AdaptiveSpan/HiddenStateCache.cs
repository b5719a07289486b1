using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// The input states of every layer before the block at hand, so that training and evaluation on consecutive blocks see further back than a
/// block. States, not keys and values: those are computed anew with the current weights, which so receive gradient through them, while the
/// states themselves receive none.
/// </summary>
public sealed class HiddenStateCache
{
    private readonly Tensor?[] _layers;

    /// <summary>An empty cache, which stands for zero states.</summary>
    /// <param name="layers">Number of layers.</param>
    public HiddenStateCache(int layers) => _layers = new Tensor?[layers];

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => _layers.Sum(states => (states?.Count ?? 0L) * sizeof(float));

    /// <summary>The states that a layer has seen, oldest first, [B, C, dim]; null for none.</summary>
    /// <param name="layer">From 0.</param>
    public Tensor? this[int layer] => _layers[layer];

    /// <summary>Forgets everything, since the rows begin anew.</summary>
    public void Reset()
    {
        foreach (Tensor? states in _layers)
        {
            states?.Release();
        }

        Array.Clear(_layers);
    }

    /// <summary>Keeps the newest states of a layer.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="x">The block's input states, [B, T, dim].</param>
    /// <param name="length">How many to keep. A cache that is shorter grows by T.</param>
    internal void Advance(int layer, Tensor x, int length)
    {
        using NoGradientScope _ = new();
        int block = x.Shape[1], before = _layers[layer]?.Shape[1] ?? length;
        int kept = Math.Min(length, before + block), fromBlock = Math.Min(kept, block), fromBefore = kept - fromBlock;
        Tensor newest = x.Detach().Slice(1, block - fromBlock, fromBlock);
        Tensor? old = _layers[layer];
        Tensor next = fromBefore == 0
            ? TensorOperators.Concat(1, newest)
            : TensorOperators.Concat(1,
                old?.Slice(1, before - fromBefore, fromBefore) ?? Tensor.Zeros(x.Shape.With(1, fromBefore), x.Device), newest);
        next.Keep();
        old?.Release();
        _layers[layer] = next;
    }

    /// <summary>The states under names, for a checkpoint.</summary>
    internal IEnumerable<NamedBuffer> State() =>
        _layers.Select((states, layer) => (states, layer)).Where(entry => entry.states is not null)
            .Select(entry => new NamedBuffer(Name(entry.layer), entry.states!));

    /// <summary>Takes over the states of a checkpoint.</summary>
    /// <param name="read">Reads a tensor by its name; null where there is none.</param>
    internal void Restore(Func<string, Tensor?> read)
    {
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] = read(Name(layer))?.Keep();
        }
    }

    private static string Name(int layer) => $"cache.{layer}";
}
