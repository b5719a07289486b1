using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Step-by-step reading of a language model whose tokens leave early, as <see cref="EarlyExitStep"/> does for decoders. Rows side by side are computed together until
/// the last of them has left.
/// </summary>
internal static class LanguageModelExitStep
{
    /// <summary>Reads tokens through all layers, as a prompt is read.</summary>
    /// <param name="model">A model with exits.</param><param name="x">Their embeddings, [B, n, D].</param><param name="state">Advanced by n tokens.</param>
    public static void ReadAll(CausalLanguageModel model, Tensor x, LanguageModelState state)
    {
        DepthState depth = state.Depth!;
        for (int i = 0; i < model.Layers.Count; i++)
        {
            TransformerLayer layer = model.Layers[i];
            (MultiHeadAttention attention, KeyValueCache cache) = Attention(layer, state, i);
            if (cache.Length < state.Length)
            {
                attention.Remember(layer.Normed(depth.StatesFrom(cache.Length)), cache);
            }

            x = layer.Run(x, layer.Normed(x), null, normed => attention.Step(normed, cache), ForwardContext.Inference).Residual;
        }

        depth.Append(x, [.. Enumerable.Repeat(model.Layers.Count, x.Shape[0])]);
        state.Advance(x.Shape[1]);
    }

    /// <summary>Reads one token per row.</summary>
    /// <param name="model">A model with exits.</param><param name="x">Its embedding, [B, 1, D].</param><param name="state">Advanced by one token.</param>
    /// <param name="forced">Given exits, from 1, one per row; empty: as the rule says.</param>
    /// <returns>Scores of every row's exit, [B, V].</returns>
    public static Tensor Run(CausalLanguageModel model, Tensor x, LanguageModelState state, ReadOnlySpan<int> forced)
    {
        DepthState depth = state.Depth!;
        int layers = model.Layers.Count;
        int[] exits = new int[x.Shape[0]], rows = [.. Enumerable.Range(0, exits.Length)];
        for (int layer = 1; layer <= layers && exits.Contains(0); layer++)
        {
            Tensor y = RunLayer(model.Layers[layer - 1], x, state, layer - 1);
            x = exits.All(exit => exit == 0) ? y : Active(exits).Select(y, x);
            bool[] leave = layer == layers ? [.. rows.Select(_ => true)]
                : forced.IsEmpty ? depth.Leave(layer, rows, x, depth.NeedsLogits(layer) ? Scores(model, x) : null)
                : At(layer, forced);
            for (int row = 0; row < exits.Length; row++)
            {
                exits[row] = exits[row] == 0 && leave[row] ? layer : exits[row];
            }
        }

        depth.Append(x, exits);
        state.Advance(1);
        return Scores(model, x);
    }

    // Keys and values of tokens that skipped the layer are made from the states they left with.
    private static Tensor RunLayer(TransformerLayer layer, Tensor x, LanguageModelState state, int index)
    {
        (MultiHeadAttention attention, KeyValueCache cache) = Attention(layer, state, index);
        return layer.Run(x, layer.Normed(x), null, Attend, ForwardContext.Inference).Residual;

        Tensor Attend(Tensor normed)
        {
            if (cache.Length == state.Length)
            {
                return attention.Step(normed, cache);
            }

            Tensor inputs = TensorOperators.Concat(1, state.Depth!.StatesFrom(cache.Length), x);
            (Tensor keys, Tensor values) = attention.Remember(layer.Normed(inputs), cache);
            return attention.Attend(normed, keys, values, new AttentionMask(), ForwardContext.Inference);
        }
    }

    private static (MultiHeadAttention Attention, KeyValueCache Cache) Attention(TransformerLayer layer, LanguageModelState state, int index) =>
        ((MultiHeadAttention)layer.Attention, (KeyValueCache)state.Layers[index]);

    private static Tensor Scores(CausalLanguageModel model, Tensor x) => model.Project(model.ExitState(x)).Reshape(new Shape(x.Shape[0], model.Config.Vocab));

    // 1 where a row has not left yet.
    private static Tensor Active(int[] exits) => Tensor.From([.. exits.Select(exit => exit == 0 ? 1f : 0f)], new Shape(exits.Length, 1, 1));

    private static bool[] At(int layer, ReadOnlySpan<int> forced)
    {
        bool[] leave = new bool[forced.Length];
        for (int row = 0; row < leave.Length; row++)
        {
            leave[row] = forced[row] == layer;
        }

        return leave;
    }
}
