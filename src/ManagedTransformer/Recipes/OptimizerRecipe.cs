using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;

namespace ManagedTransformer.Recipes;

/// <summary>The optimiser and its constants.</summary>
public sealed record OptimizerRecipe
{
    /// <summary>Which one.</summary>
    public OptimizerKind Type { get; set; }

    /// <summary>Adam: decays of the first and second moment.</summary>
    public float[] Betas { get; set; } = [0.9f, 0.98f];

    /// <summary>Added to the root; null: the optimiser's default.</summary>
    public float? Eps { get; set; }

    /// <summary>Weight decay.</summary>
    public float WeightDecay { get; set; }

    /// <summary>Whether vectors (biases, gains) decay too.</summary>
    public bool DecayVectors { get; set; } = true;

    /// <summary>Largest gradient norm, over all parameters (Adagrad: per tensor); 0: no clipping.</summary>
    public float ClipNorm { get; set; }

    /// <summary>Gradient descent: momentum.</summary>
    public float Momentum { get; set; }

    /// <summary>Gradient descent: looks ahead.</summary>
    public bool Nesterov { get; set; }

    /// <summary>Another optimiser for the values of memory layers; null: they are updated like everything else.</summary>
    public ValuesRecipe? Values { get; set; }

    /// <summary>
    /// The optimisers for a model's parameters, with their clipping: one for the values of memory layers if <see cref="Values"/> says so,
    /// and one for the rest.
    /// </summary>
    /// <param name="parameters">All of them.</param>
    public OptimizerSet CreateSet(IReadOnlyList<NamedParameter> parameters)
    {
        NamedParameter[] tables = Values is null ? [] : [.. parameters.Where(named => IsValueTable(named.Name))];
        NamedParameter[] rest = [.. parameters.Where(named => !tables.Contains(named))];
        OptimizerPart main = new(Create(rest), Type == OptimizerKind.Adagrad ? 0 : ClipNorm);
        return tables.Length == 0 ? new OptimizerSet(main) : new OptimizerSet(main, Values!.Create(tables));
    }

    /// <summary>The optimiser for a model's parameters.</summary>
    /// <param name="parameters">All of them.</param>
    public Optimizer Create(IReadOnlyList<NamedParameter> parameters)
    {
        IReadOnlyList<ParameterGroup> groups = DecayVectors
            ? [new ParameterGroup(parameters)]
            : ParameterGroup.DecayMatricesOnly(parameters);
        AdamOptions adam = new() { Beta1 = Betas[0], Beta2 = Betas[1], Epsilon = Eps ?? 1e-8f, WeightDecay = WeightDecay };
        return Type switch
        {
            OptimizerKind.Adamw => new Adam(groups, adam with { CorrectRoot = true }),
            OptimizerKind.Adam => new Adam(groups, adam),
            OptimizerKind.Sgd => new Sgd(groups, Momentum, Nesterov, WeightDecay),
            _ => new Adagrad(groups, ClipNorm, Eps ?? 1e-10f),
        };
    }

    /// <summary>Bytes that the optimiser keeps for every value that it updates.</summary>
    internal long StateBytes => Type switch
    {
        OptimizerKind.Adamw or OptimizerKind.Adam => 2 * sizeof(float),
        OptimizerKind.Sgd => Momentum > 0 ? sizeof(float) : 0,
        _ => sizeof(float),
    };

    /// <summary>Whether a parameter is the values of a memory layer; attn.value.weight is a map of attention.</summary>
    internal static bool IsValueTable(string name) => name == "values.weight" || name.EndsWith(".values.weight", StringComparison.Ordinal);

    internal void Validate(string where)
    {
        if (Betas.Length != 2 || Betas.Any(beta => beta is not (>= 0 and < 1)))
        {
            throw new InputException($"{where}: training.optimizer.betas must be two numbers, at least 0 and below 1.");
        }

        Values?.Validate(where);
        if (Eps is < 0 || WeightDecay < 0 || ClipNorm < 0 || Momentum is not (>= 0 and < 1))
        {
            throw new InputException(
                $"{where}: training.optimizer: eps, weight_decay and clip_norm must not be negative, "
                + "momentum must be at least 0 and below 1.");
        }

        if (Type == OptimizerKind.Adagrad && WeightDecay > 0)
        {
            throw new InputException($"{where}: training.optimizer.weight_decay does not exist for adagrad.");
        }
    }
}
