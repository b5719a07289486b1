using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Root-mean-square normalisation over the last axis (Zhang and Sennrich, 2019): y = g x / sqrt(mean(x^2) + epsilon), with a gain g
/// (<c>weight</c>, starts at 1) and nothing else.
/// </summary>
public sealed class RmsNorm : Norm
{
    /// <summary>A norm of rows of a width.</summary>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public RmsNorm(int dim, float epsilon = 1e-5f)
        : base(dim, epsilon)
    {
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.RmsNorm(Weight, Epsilon);

    /// <inheritdoc/>
    public override (Tensor Sum, Tensor Normalized) Forward(Tensor x, Tensor residual) => x.AddRmsNorm(residual, Weight, Epsilon);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("weight", Weight);
}
