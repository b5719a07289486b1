using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Layer normalisation over the last axis (Ba et al., 2016) with a gain (<c>weight</c>, starts at 1) and a bias (starts at 0).
/// </summary>
public sealed class LayerNorm : Norm
{
    /// <summary>A norm of rows of a width.</summary>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm(int dim, float epsilon = 1e-5f)
        : base(dim, epsilon) => Bias = Initialization.Zeros(new Shape(dim));

    /// <summary>Bias, [dim].</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LayerNorm(Weight, Bias, Epsilon);

    /// <inheritdoc/>
    public override (Tensor Sum, Tensor Normalized) Forward(Tensor x, Tensor residual) => x.AddLayerNorm(residual, Weight, Bias, Epsilon);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
    }
}
