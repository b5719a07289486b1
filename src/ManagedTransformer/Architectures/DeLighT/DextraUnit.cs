using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// The deep and narrow unit in front of attention (DeLighT, section 3) and in token embeddings: x0 = act(LN(W_in x + b_in)); then N grouped
/// layers, each of which but the first reads its predecessor mixed with x0, group by group; at the end act(LN(W_out [x0, y] + b_out)).
/// DeFINE is the same unit with another plan and no shuffling.
/// </summary>
internal sealed class DextraUnit : PositionwiseModule
{
    private readonly UnitPlan _plan;

    /// <summary>A unit.</summary>
    /// <param name="plan">Its sizes.</param>
    /// <param name="random">Source of the initial values.</param>
    public DextraUnit(UnitPlan plan, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        UnitOptions options = plan.Options;
        Input = new DenseLayer(options.Input, options.Projection, options.Activation, random);
        bool shuffle = options.Shuffle && options.Mode == UnitMode.Dextra;
        Layers =
        [
            .. plan.Groups.Select((groups, i) =>
                new GroupedLinear(plan.Inputs[i], plan.Outputs[i], groups, random, shuffle: shuffle, activation: options.Activation)),
        ];
        Output = new DenseLayer(plan.Last, options.Output, options.Activation, random);
    }

    /// <summary>The map to x0.</summary>
    public DenseLayer Input { get; }

    /// <summary>The grouped layers.</summary>
    public IReadOnlyList<GroupedLinear> Layers { get; }

    /// <summary>The map to the unit's width.</summary>
    public DenseLayer Output { get; }

    /// <inheritdoc/>
    public override string SlotName => "dextra";

    /// <summary>The unit's output; every position by itself.</summary>
    /// <param name="x">[..., d_in]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[..., d_out]</returns>
    public override Tensor Forward(Tensor x, ForwardContext context)
    {
        float dropout = context.IsTraining ? _plan.Options.Dropout : 0;
        Tensor first = context.Dropout(Input.Forward(x, context), dropout), y = first;
        for (int i = 0; i < Layers.Count; i++)
        {
            int chunks = i + 1 < Layers.Count ? _plan.Groups[i + 1] : 1;
            if (!_plan.Options.Mixer)
            {
                y = context.Dropout(Layers[i].Forward(y), dropout);
            }
            else
            {
                // Without dropout in between, norm, activation and mix are one pass.
                y = dropout == 0 ? Layers[i].Forward(y, first, chunks) : Mix(first, context.Dropout(Layers[i].Forward(y), dropout), chunks);
            }
        }

        return context.Dropout(Output.Forward(y, context), dropout);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("input", Input);
        visit.Add("glt", Layers);
        visit.Add("output", Output);
    }

    /// <summary>Chunks of both in turn, the first one's before: [a_0, b_0, a_1, b_1, ...].</summary>
    private static Tensor Mix(Tensor a, Tensor b, int chunks)
    {
        Tensor mixed = TensorOperators.Concat(-1, Chunks(a), Chunks(b));
        return mixed.Reshape(a.Shape.With(-1, a.Shape[-1] + b.Shape[-1]));

        Tensor Chunks(Tensor x) => x.Reshape(x.Shape.With(-1, x.Shape[-1] / chunks).Insert(x.Rank - 1, chunks));
    }
}
