using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;

namespace ManagedTransformer.Recipes;

/// <summary>
/// The optimiser of the values of memory layers: Adam with a constant rate and a clipping of its own, without weight decay.
/// </summary>
public sealed record ValuesRecipe
{
    /// <summary>Constant learning rate.</summary>
    public float Lr { get; set; } = 1e-3f;

    /// <summary>Decays of the first and second moment.</summary>
    public float[] Betas { get; set; } = [0.9f, 0.999f];

    /// <summary>Added to the root.</summary>
    public float Eps { get; set; } = 1e-8f;

    /// <summary>Largest gradient norm over all values; 0: no clipping.</summary>
    public float ClipNorm { get; set; } = 5;

    /// <summary>
    /// Whether rows that a step did not read move on by their moments; otherwise they stay as they are, and a step costs only what it read.
    /// </summary>
    public bool Dense { get; set; }

    internal OptimizerPart Create(IEnumerable<NamedParameter> tables) => new(
        new Adam([new ParameterGroup(tables)], new AdamOptions { Beta1 = Betas[0], Beta2 = Betas[1], Epsilon = Eps, Lazy = !Dense }),
        ClipNorm, Lr);

    internal void Validate(string where)
    {
        if (!(Lr > 0))
        {
            throw new InputException($"{where}: training.optimizer.values.lr is {Lr}, it must be positive.");
        }

        if (Betas.Length != 2 || Betas.Any(beta => beta is not (>= 0 and < 1)))
        {
            throw new InputException($"{where}: training.optimizer.values.betas must be two numbers, at least 0 and below 1.");
        }

        if (Eps < 0 || ClipNorm < 0)
        {
            throw new InputException($"{where}: training.optimizer.values: eps and clip_norm must not be negative.");
        }
    }
}
