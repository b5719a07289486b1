using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>The states of one layer of several texts, each of which has one row and stands at a position of its own.</summary>
public readonly struct LayerStates
{
    private readonly IReadOnlyList<IReadOnlyList<LayerState>> _texts;
    private readonly int _layer;

    /// <summary>The states of a layer.</summary>
    /// <param name="texts">Of every text the states of all layers.</param>
    /// <param name="layer">The layer, from 0.</param>
    internal LayerStates(IReadOnlyList<IReadOnlyList<LayerState>> texts, int layer) => (_texts, _layer) = (texts, layer);

    /// <summary>Number of texts.</summary>
    public int Count => _texts.Count;

    /// <summary>The state of a text.</summary>
    /// <param name="text">The text, from 0.</param>
    public LayerState this[int text] => _texts[text][_layer];

    /// <summary>Steps every text by itself.</summary>
    /// <param name="x">A row per text, [texts, 1, ...].</param>
    /// <param name="step">Of one row [1, 1, ...] and its state, which it advances.</param>
    /// <returns>What the steps gave, one row per text.</returns>
    public Tensor Map(Tensor x, Func<Tensor, LayerState, Tensor> step)
    {
        Tensor[] rows = Each(x, step);
        return rows.Length == 1 ? rows[0] : TensorOperators.Concat(0, rows);
    }

    /// <summary>Takes every text by itself.</summary>
    /// <param name="x">A row per text, [texts, 1, ...].</param>
    /// <param name="take">Of one row [1, 1, ...] and its state, which it may advance.</param>
    /// <typeparam name="T">What is made of a row.</typeparam>
    internal T[] Each<T>(Tensor x, Func<Tensor, LayerState, T> take)
    {
        T[] results = new T[Count];
        for (int text = 0; text < results.Length; text++)
        {
            results[text] = take(x.Slice(0, text, 1), this[text]);
        }

        return results;
    }
}
