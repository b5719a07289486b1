using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Step-by-step reading of a language model whose tokens leave early, as <see cref="EarlyExitStep"/> does for decoders. Rows side by side
/// are computed together until the last of them has left.
/// </summary>
internal static class LanguageModelExitStep
{
    /// <summary>Reads tokens through all layers, as a prompt is read.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="x">Their embeddings, [B, n, D].</param>
    /// <param name="state">Advanced by n tokens.</param>
    public static void ReadAll(CausalLanguageModel model, Tensor x, LanguageModelState state)
    {
        for (int i = 0; i < model.Layers.Count; i++)
        {
            x = model.Stack.RunLayer(i, x, new CatchingUp(state), ForwardContext.Inference);
        }

        state.Depth!.Append(x, [.. Enumerable.Repeat(model.Layers.Count, x.Shape[0])]);
        state.Advance(x.Shape[1]);
    }

    /// <summary>Reads one token per row.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="x">Its embedding, [B, 1, D].</param>
    /// <param name="state">Advanced by one token.</param>
    /// <param name="forced">Given exits, from 1, one per row; empty: as the rule says.</param>
    /// <returns>Scores of every row's exit, [B, V].</returns>
    public static Tensor Run(CausalLanguageModel model, Tensor x, LanguageModelState state, ReadOnlySpan<int> forced)
    {
        DepthState depth = state.Depth!;
        int layers = model.Layers.Count, batch = x.Shape[0];
        Span<int> rows = batch <= DepthState.FewRows ? stackalloc int[batch] : new int[batch],
            exits = batch <= DepthState.FewRows ? stackalloc int[batch] : new int[batch];
        Span<bool> leave = batch <= DepthState.FewRows ? stackalloc bool[batch] : new bool[batch];
        for (int row = 0; row < batch; row++)
        {
            (rows[row], exits[row]) = (row, 0);
        }

        for (int layer = 1; layer <= layers && exits.Contains(0); layer++)
        {
            Tensor y = model.Stack.RunLayer(layer - 1, x, new ExitAttention(x, state), ForwardContext.Inference);
            x = exits.ContainsAnyExcept(0) ? Active(exits).Select(y, x) : y;
            if (layer == layers)
            {
                leave.Fill(true);
            }
            else if (forced.IsEmpty)
            {
                depth.Leave(layer, rows, x, depth.NeedsLogits(layer) ? Scores(model, x) : null, leave);
            }
            else
            {
                for (int row = 0; row < batch; row++)
                {
                    leave[row] = forced[row] == layer;
                }
            }

            for (int row = 0; row < batch; row++)
            {
                exits[row] = exits[row] == 0 && leave[row] ? layer : exits[row];
            }
        }

        depth.Append(x, exits);
        state.Advance(1);
        return Scores(model, x);
    }

    private static (MultiHeadAttention Attention, KeyValueCache Cache) Attention(TransformerLayer layer,
        LanguageModelState state, int index) =>
        ((MultiHeadAttention)layer.Attention, (KeyValueCache)state.Layers[index]);

    private static Tensor Scores(CausalLanguageModel model, Tensor x) =>
        model.Project(model.ExitState(x)).Reshape(new Shape(x.Shape[0], model.Config.Vocab));

    // 1 where a row has not left yet.
    private static Tensor Active(ReadOnlySpan<int> exits)
    {
        Span<float> active = exits.Length <= DepthState.FewRows ? stackalloc float[exits.Length] : new float[exits.Length];
        for (int row = 0; row < active.Length; row++)
        {
            active[row] = exits[row] == 0 ? 1 : 0;
        }

        return Tensor.From(active, new Shape(active.Length, 1, 1));
    }

    /// <summary>A step of a layer's attention; keys and values of tokens that skipped the layer are made first, on their own.</summary>
    private readonly struct CatchingUp(LanguageModelState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor normed)
        {
            (MultiHeadAttention attention, KeyValueCache cache) = Attention(layer, state, index);
            if (cache.Length < state.Length)
            {
                attention.Remember(layer.Normed(state.Depth!.StatesFrom(cache.Length)), cache);
            }

            return attention.Step(normed, cache);
        }
    }

    /// <summary>
    /// A step of a layer's attention for states of one position; keys and values of tokens that skipped the layer are made with theirs.
    /// </summary>
    private readonly struct ExitAttention(Tensor x, LanguageModelState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor normed)
        {
            (MultiHeadAttention attention, KeyValueCache cache) = Attention(layer, state, index);
            if (cache.Length == state.Length)
            {
                return attention.Step(normed, cache);
            }

            Tensor inputs = TensorOperators.Concat(1, state.Depth!.StatesFrom(cache.Length), x);
            (Tensor keys, Tensor values) = attention.Remember(layer.Normed(inputs), cache);
            return attention.Attend(normed, keys, values, new AttentionMask(), ForwardContext.Inference);
        }
    }
}
