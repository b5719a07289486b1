using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>x + P[position], then an optional norm, then dropout (Vaswani et al., 2017, sections 3.4, 3.5 and 5.4).</summary>
/// <param name="positions">P; null for none.</param>
/// <param name="norm">Norm of the sum; null for none.</param>
/// <param name="dropout">Dropout on the result.</param>
internal sealed class PositionStage(AbsolutePositions? positions, LayerNorm? norm, float dropout) : EmbeddingStage
{
    /// <summary>P; null for none.</summary>
    public AbsolutePositions? Positions => positions;

    /// <summary>Norm of the sum; null for none.</summary>
    public LayerNorm? Norm => norm;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor embedded, Tensor tokens, ForwardContext context, ReadOnlySpan<int> starts)
    {
        Tensor x = positions is null ? embedded : positions.Add(embedded, tokens, starts);
        return context.Dropout(norm is null ? x : norm.Forward(x), dropout);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", positions);
        visit.Add("embed_norm", norm);
    }
}
