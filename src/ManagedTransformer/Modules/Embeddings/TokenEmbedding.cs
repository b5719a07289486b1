using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>
/// Tokens to a model's input: a look-up in a <see cref="TokenTable"/>, then an <see cref="EmbeddingStage"/>, which adds positions. With a
/// padding id, positions count only real tokens and start at padding + 1 (a pad token has the position padding, whose row is zero), and
/// lookups of padding send no gradient; without one they start at 0.
/// </summary>
/// <param name="table">The vectors of tokens.</param>
/// <param name="stage">What follows the look-up.</param>
internal sealed class TokenEmbedding(TokenTable table, EmbeddingStage stage) : Module
{
    /// <summary>The vectors of tokens.</summary>
    public TokenTable Table => table;

    /// <summary>What follows the look-up.</summary>
    public EmbeddingStage Stage => stage;

    /// <summary>The one table of all tokens, [vocabulary, width]; null where each cluster has its own.</summary>
    public Parameter? Weight => (table as PlainTable)?.Weight;

    /// <summary>Embeds tokens.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="start">How many tokens came before (cached decoding; with a padding id, none of them padding).</param>
    /// <returns>[B, T, dim]</returns>
    /// <exception cref="ArgumentException">More positions than there are.</exception>
    public Tensor Forward(Tensor tokens, ForwardContext context, int start = 0) =>
        Forward(tokens, context, [start]);

    /// <summary>Embeds tokens of texts that stand at positions of their own.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="starts">How many tokens came before: one number for all rows, or one per row.</param>
    /// <returns>[B, T, dim]</returns>
    /// <exception cref="ArgumentException">More positions than there are.</exception>
    public Tensor Forward(Tensor tokens, ForwardContext context, ReadOnlySpan<int> starts) =>
        stage.Forward(table.Forward(tokens), tokens, context, starts);

    /// <summary>Which tokens are padding: 1 there, 0 elsewhere; null where none is.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="padding">The padding id; null for a model without.</param>
    /// <returns>Float32 [B, T], or null.</returns>
    internal static Tensor? PaddingMask(Tensor tokens, int? padding)
    {
        if (padding is not { } pad)
        {
            return null;
        }

        int[] ids = tokens.ToInt32Array();
        return ids.Contains(pad) ? Tensor.FromRemembered([.. ids.Select(id => id == pad ? 1f : 0f)], tokens.Shape, tokens.Device) : null;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("embed", table);
        visit.Add("", stage);
    }
}
