using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Embeddings;

/// <summary>scale E[token], with scale = sqrt(width) or 1. Lookups of padding send no gradient.</summary>
internal sealed class PlainTable : TokenTable
{
    private readonly int? _padding;
    private readonly float _scale;

    /// <summary>A table of its own or a shared one.</summary>
    /// <param name="weight">E, [vocabulary, width].</param>
    /// <param name="padding">Id of padding, whose row becomes zero; null for none.</param>
    /// <param name="scaled">Multiplies by sqrt(width).</param>
    public PlainTable(Parameter weight, int? padding = null, bool scaled = false)
    {
        ArgumentNullException.ThrowIfNull(weight);
        (Weight, _padding, _scale) = (weight, padding, scaled ? MathF.Sqrt(weight.Shape[1]) : 1);
        AbsolutePositions.ClearRow(weight, padding);
    }

    /// <summary>E, [vocabulary, width].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor tokens)
    {
        Tensor x = Weight.Embedding(tokens, _padding ?? -1);
        return _scale == 1 ? x : x * _scale;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.AddMatrix("weight", Weight);
}
