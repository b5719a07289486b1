using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// Narrow embeddings that a deep unit widens, plus positions: x = unit(e) + P[position] with e of d_map features, and after both the same
/// dropout mask for all positions of a sentence. The table itself belongs to the model: it may be shared.
/// </summary>
internal sealed class DelightEmbedding : EmbeddingStage
{
    private readonly float _dropout;
    private readonly AbsolutePositions? _positions;

    /// <summary>An embedding of looked-up vectors.</summary>
    /// <param name="unit">d_map to d_m.</param>
    /// <param name="positions">Added at the end; null for none.</param>
    /// <param name="dropout">After the look-up and after the positions.</param>
    /// <param name="random">Source of the initial values.</param>
    public DelightEmbedding(UnitPlan unit, AbsolutePositions? positions, float dropout, RandomSource random)
    {
        (_positions, _dropout) = (positions, dropout);
        Unit = new DextraUnit(unit, random);
    }

    /// <summary>From d_map to d_m features.</summary>
    public DextraUnit Unit { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor embedded, Tensor tokens, ForwardContext context, ReadOnlySpan<int> starts)
    {
        Tensor x = Unit.Forward(SharedDropout(embedded, context), context);
        return SharedDropout(_positions?.Add(x, tokens, starts) ?? x, context);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("embed.dextra", Unit);
        visit.Add("", _positions);
    }

    private Tensor SharedDropout(Tensor x, ForwardContext context) => !context.IsTraining || _dropout == 0
        ? x
        : x * context.Dropout(Tensor.Ones(new Shape(x.Shape[0], 1, x.Shape[2])), _dropout);
}
