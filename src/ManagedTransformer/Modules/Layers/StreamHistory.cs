using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>
/// The input states of every layer before the block at hand, so that training and evaluation on consecutive blocks of a stream see further
/// back than a block (Dai et al., "Transformer-XL", 2019; Sukhbaatar et al., 2019). An empty history stands for zero states.
/// </summary>
public sealed class StreamHistory
{
    private readonly LayerHistory[] _layers;
    private int _empty;

    internal StreamHistory(int layers) => _layers = [.. Enumerable.Range(0, layers).Select(_ => new LayerHistory())];

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => _layers.Sum(layer => (layer.States?.Count ?? 0L) * sizeof(float));

    /// <summary>
    /// Positions that every layer remembers. An empty layer has a number of its own every time: the pass over the next block makes a tensor
    /// that stays, which no recording of it does.
    /// </summary>
    internal IEnumerable<int> Lengths => _layers.Select(layer => layer.States?.Shape[1] ?? --_empty);

    /// <summary>The history of a layer.</summary>
    /// <param name="layer">From 0.</param>
    public LayerHistory this[int layer] => _layers[layer];

    /// <summary>Forgets everything, since the rows begin anew.</summary>
    public void Reset()
    {
        foreach (LayerHistory layer in _layers)
        {
            layer.Reset();
        }
    }

    /// <summary>Lets states of one shape stay where they are from block to block.</summary>
    internal void StayInPlace()
    {
        foreach (LayerHistory layer in _layers)
        {
            layer.StaysInPlace = true;
        }
    }

    /// <summary>The states under names, for a checkpoint.</summary>
    internal IEnumerable<NamedBuffer> State() =>
        _layers.Select((layer, index) => (layer.States, index)).Where(entry => entry.States is not null)
            .Select(entry => new NamedBuffer(Name(entry.index), entry.States!));

    /// <summary>Takes over the states of a checkpoint.</summary>
    /// <param name="read">Reads a tensor by its name; null where there is none.</param>
    internal void Restore(Func<string, Tensor?> read)
    {
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer].Set(read(Name(layer)));
        }
    }

    private static string Name(int layer) => $"cache.{layer}";
}
