using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>
/// The query network (Lample et al., 2019, sections 3.1 and 3.3): linear maps, each followed by a batch norm if that is on, with ReLU in
/// between. One map in the paper; the hidden part of several is shared by the heads.
/// </summary>
internal sealed class QueryNetwork : Module
{
    private readonly int _heads, _keyDim;

    /// <summary>A query network.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="inputDim">Width of the input.</param>
    /// <param name="random">Source of the initial values.</param>
    public QueryNetwork(ProductKeyMemoryConfig config, int inputDim, RandomSource random)
    {
        (_heads, _keyDim) = (config.Heads, config.KeyDim);
        List<Linear> maps = [];
        List<BatchNorm> norms = [];
        int width = inputDim;
        foreach (int next in config.QueryWidths())
        {
            float bound = 1 / MathF.Sqrt(width);
            Parameter weight = Initialization.Uniform(new Shape(next, width), bound, random);
            maps.Add(new Linear(weight, config.QueryBias ? Initialization.Uniform(new Shape(next), bound, random) : null));
            if (config.BatchNorm)
            {
                norms.Add(new BatchNorm(next, config.BnEps, config.BnMomentum));
            }

            width = next;
        }

        (Maps, Norms) = (maps, norms);
    }

    /// <summary>The linear maps, first to last.</summary>
    public IReadOnlyList<Linear> Maps { get; }

    /// <summary>Their batch norms; empty without.</summary>
    public IReadOnlyList<BatchNorm> Norms { get; }

    /// <summary>The queries: channel h dq + t is coordinate t of head h.</summary>
    /// <param name="x">[N, inputDim]</param>
    /// <param name="context">Which statistics the norms use.</param>
    /// <param name="mask">[N], 1 where a row counts for the norms' statistics, else 0; default: all count.</param>
    /// <returns>[N, H, dq]</returns>
    public Tensor Forward(Tensor x, ForwardContext context, Tensor? mask = null)
    {
        for (int i = 0; i < Maps.Count; i++)
        {
            bool isLast = i == Maps.Count - 1;
            x = Maps[i].Forward(x, context, Norms.Count == 0 && !isLast ? Activation.Relu : Activation.None);
            if (Norms.Count > 0)
            {
                x = Norms[i].Forward(x, context, mask);
                x = isLast ? x : x.Relu();
            }
        }

        return x.Reshape(new Shape(x.Shape[0], _heads, _keyDim));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        if (Maps.Count == 1)
        {
            visit.Add("query", Maps[0]);
            visit.Add("query_norm", Norms.Count == 0 ? null : Norms[0]);
        }
        else
        {
            visit.Add("query", Maps);
            visit.Add("query_norm", Norms);
        }
    }
}
