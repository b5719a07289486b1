using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Layer normalisation over the last axis with a gain (<c>weight</c>, starts at 1) and a bias (starts at 0).</summary>
public sealed class LayerNorm : Module
{
    /// <summary>A norm of rows of a width.</summary>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm(int dim, float epsilon = 1e-5f)
    {
        Weight = Initialization.Ones(new Shape(dim));
        Bias = Initialization.Zeros(new Shape(dim));
        Epsilon = epsilon;
    }

    /// <summary>Gain, [dim].</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, [dim].</summary>
    public Parameter Bias { get; }

    /// <summary>Added to the variance.</summary>
    public float Epsilon { get; }

    /// <summary>The normalised rows.</summary>
    /// <param name="x">[..., dim]</param>
    public Tensor Forward(Tensor x) => x.LayerNorm(Weight, Bias, Epsilon);

    /// <summary>The residual sum x + residual and its normalised rows, in one pass.</summary>
    /// <param name="x">[..., dim]</param>
    /// <param name="residual">The same shape.</param>
    public (Tensor Sum, Tensor Normalized) Forward(Tensor x, Tensor residual) => x.AddLayerNorm(residual, Weight, Bias, Epsilon);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
    }
}
