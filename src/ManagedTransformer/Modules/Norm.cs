using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>A normalisation of rows with a gain: what stands before or after the sub-layers of a Transformer.</summary>
public abstract class Norm : Module
{
    /// <summary>A norm of rows of a width.</summary>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Keeps rows of zeros from dividing by zero.</param>
    private protected Norm(int dim, float epsilon) => (Weight, Epsilon) = (Initialization.Ones(new Shape(dim)), epsilon);

    /// <summary>Gain, [dim]; starts at 1.</summary>
    public Parameter Weight { get; }

    /// <summary>Keeps rows of zeros from dividing by zero.</summary>
    public float Epsilon { get; }

    /// <summary>The normalised rows.</summary>
    /// <param name="x">[..., dim]</param>
    public abstract Tensor Forward(Tensor x);

    /// <summary>The residual sum x + residual and its normalised rows, in one pass.</summary>
    /// <param name="x">[..., dim]</param>
    /// <param name="residual">The same shape.</param>
    public abstract (Tensor Sum, Tensor Normalized) Forward(Tensor x, Tensor residual);

    /// <summary>A norm of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="dim">Width.</param>
    /// <param name="epsilon">Keeps rows of zeros from dividing by zero.</param>
    internal static Norm Create(NormKind kind, int dim, float epsilon) =>
        kind == NormKind.Rms ? new RmsNorm(dim, epsilon) : new LayerNorm(dim, epsilon);
}
