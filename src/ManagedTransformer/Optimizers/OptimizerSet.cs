using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>
/// Optimisers that together update a model, each a part of its own: for instance the values of a memory apart from everything else.
/// </summary>
public sealed class OptimizerSet
{
    /// <summary>A set of optimisers.</summary>
    /// <param name="parts">At least one; no two update the same parameter.</param>
    public OptimizerSet(params IReadOnlyList<OptimizerPart> parts) => Parts = parts;

    /// <summary>The optimisers.</summary>
    public IReadOnlyList<OptimizerPart> Parts { get; }

    /// <summary>Updates done so far; set it to continue from a checkpoint.</summary>
    public long Updates
    {
        get => Parts[0].Optimizer.Updates;
        set
        {
            foreach (OptimizerPart part in Parts)
            {
                part.Optimizer.Updates = value;
            }
        }
    }

    /// <summary>All state tensors, part by part (<see cref="Optimizer.State"/>).</summary>
    public IEnumerable<NamedBuffer> State() => Parts.SelectMany(part => part.Optimizer.State());

    /// <summary>The norm of the gradient of every part, before clipping.</summary>
    /// <param name="gradientScale">Factor on every gradient.</param>
    /// <param name="others">Numbers that are wanted as well: they are read back from the device together with the norms
    /// (<see cref="Tensor.Fetch"/>).</param>
    public double[] GradientNorms(float gradientScale = 1, params IReadOnlyList<Tensor> others) =>
        NormsOf([.. Parts.Select(part => part.Parameters.Select(named => named.Parameter).ToArray())], gradientScale, others);

    /// <summary>The same of parts that are told.</summary>
    /// <param name="parts">The parameters of every part.</param>
    /// <param name="gradientScale">Factor on every gradient.</param>
    /// <param name="others">Numbers that are wanted as well.</param>
    internal static double[] NormsOf(IReadOnlyList<Parameter[]> parts, float gradientScale, IReadOnlyList<Tensor> others)
    {
        Tensor?[] squares = [.. parts.Select(part => part.Length == 0 ? null : OptimizerUpdates.SumSquaredGradients(part))];
        Tensor.Fetch([.. squares.OfType<Tensor>(), .. others]);
        return [.. squares.Select(part => Math.Sqrt(part?.ToArray().Sum(square => (double)square) ?? 0) * gradientScale)];
    }

    /// <summary>One update of every part, each clipped by its own norm.</summary>
    /// <param name="rate">The scheduled learning rate.</param>
    /// <param name="norms">From <see cref="GradientNorms"/> with the same factor.</param>
    /// <param name="gradientScale">Factor on every gradient (averaging).</param>
    public void Step(float rate, IReadOnlyList<double> norms, float gradientScale = 1)
    {
        for (int i = 0; i < Parts.Count; i++)
        {
            OptimizerPart part = Parts[i];
            part.Optimizer.Step(part.Rate ?? rate, gradientScale * GradientClipping.Scale(norms[i], part.ClipNorm));
        }
    }
}
