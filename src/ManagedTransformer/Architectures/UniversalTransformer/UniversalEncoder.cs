using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>
/// The encoder of the Universal Transformer (Dehghani et al., 2019): one Transformer layer that is applied again and again, told before
/// every step where each position stands and which step it is. With adaptive computation time every position decides when its output is
/// done; its states go on changing for the others, which attend to them.
/// </summary>
public sealed class UniversalEncoder : Module
{
    private readonly Tensor? _stepTable;

    /// <summary>An encoder with initial values. The halting unit's bias starts at 1, so that positions halt early at first.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">A size out of its range.</exception>
    public UniversalEncoder(UniversalEncoderConfig config, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate(nameof(UniversalEncoder));
        Config = config;
        Layer = new TransformerLayer(config.LayerOptions, random);
        Norm = config.PreNorm ? new LayerNorm(config.Dim) : null;
        HaltingUnit = config.Adaptive
            ? new Linear(Initialization.XavierUniform(1, config.Dim, random), Initialization.Ones(new Shape(1)))
            : null;
        if (config.StepSignal == StepSignal.Learned)
        {
            StepEmbedding = Initialization.Normal(new Shape(config.MaxSteps, config.Dim), 1 / MathF.Sqrt(config.Dim), random);
        }
        else
        {
            _stepTable = SinusoidalPositions.Table(config.MaxSteps, config.Dim, PositionKind.Half).Keep();
        }
    }

    /// <summary>Sizes.</summary>
    public UniversalEncoderConfig Config { get; }

    /// <summary>The one layer.</summary>
    public TransformerLayer Layer { get; }

    /// <summary>The norm after the last step; null where norms stand behind the sub-layers.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>Maps a position's state to the logit of its halting probability; null without adaptive halting.</summary>
    public Linear? HaltingUnit { get; }

    /// <summary>The vectors of the steps, [max_steps, D]; null for sinusoids.</summary>
    public Parameter? StepEmbedding { get; }

    /// <summary>The states after every position has halted.</summary>
    /// <param name="x">Token embeddings without positions, [B, T, D].</param>
    /// <param name="padding">Float32 [B, T], 1 at padding; null for none.</param>
    /// <param name="context">Dropout.</param>
    public UniversalEncoderOutput Forward(Tensor x, Tensor? padding, ForwardContext context)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor positions = SinusoidalPositions.Table(x.Shape[1], Config.Dim, PositionKind.Half);
        AttentionMask mask = new(KeyPadding: padding);
        if (HaltingUnit is null)
        {
            for (int step = 0; step < Config.MaxSteps; step++)
            {
                x = Layer.Forward(x + positions + Signal(step), mask, context);
            }

            return new(Norm?.Forward(x) ?? x, null, null, null, Config.MaxSteps);
        }

        AdaptiveComputationTime halting = new(x.Shape.Without(-1), Config.MaxSteps, Config.Epsilon, Config.Accumulation);
        while (halting.IsRunning)
        {
            x = x + positions + Signal(halting.Steps);
            Tensor weights = halting.Halt(HaltingUnit.Forward(x, context).Reshape(x.Shape.Without(-1)).Sigmoid());
            x = Layer.Forward(x, mask, context);
            halting.Accumulate(x, weights);
        }

        Tensor output = Norm?.Forward(halting.Output) ?? halting.Output;
        return new(output, halting.Updates, halting.Remainders, halting.PonderTime * Config.PonderWeight, halting.Steps);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        visit.Add("layer", Layer);
        visit.Add("norm", Norm);
        visit.Add("halt", HaltingUnit);
        visit.Add("step_embed.weight", StepEmbedding);
    }

    // [1, D], which broadcasts over sentences and positions.
    private Tensor Signal(int step) =>
        StepEmbedding is null ? _stepTable!.Slice(0, step, 1) : StepEmbedding.Slice(0, step, 1) * MathF.Sqrt(Config.Dim);
}
