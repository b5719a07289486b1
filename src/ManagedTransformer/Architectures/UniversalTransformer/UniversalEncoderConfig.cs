using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>Sizes of a Universal Transformer encoder and how its positions halt.</summary>
public sealed record UniversalEncoderConfig
{
    /// <summary>Width D.</summary>
    public int Dim { get; set; } = 512;

    /// <summary>Number of heads; divides the width.</summary>
    public int Heads { get; set; } = 8;

    /// <summary>Inner width of the feed-forward sub-layer.</summary>
    public int Ffn { get; set; } = 2048;

    /// <summary>Activation of the feed-forward sub-layer.</summary>
    public Activation Activation { get; set; } = Activation.Relu;

    /// <summary>Norms before the sub-layers, and one more after the last step.</summary>
    public bool PreNorm { get; set; } = true;

    /// <summary>
    /// Whether positions halt by themselves; otherwise all make <see cref="MaxSteps"/> steps and the last states are the output.
    /// </summary>
    public bool Adaptive { get; set; } = true;

    /// <summary>Most steps.</summary>
    public int MaxSteps { get; set; } = 12;

    /// <summary>How far below 1 a position's halting probabilities may stop.</summary>
    public float Epsilon { get; set; } = 0.01f;

    /// <summary>How the states of the steps become the output.</summary>
    public HaltingAccumulation Accumulation { get; set; }

    /// <summary>Weight of the ponder time in the training loss.</summary>
    public float PonderWeight { get; set; } = 0.01f;

    /// <summary>How the layer is told which step it makes.</summary>
    public StepSignal StepSignal { get; set; }

    /// <summary>Dropout after attention and feed-forward.</summary>
    public float Dropout { get; set; }

    /// <summary>Dropout on attention weights.</summary>
    public float AttentionDropout { get; set; }

    /// <summary>Dropout after the activation.</summary>
    public float ActivationDropout { get; set; }

    /// <summary>
    /// The number of parameters: 4 D (D + 1) + D (2 F + 1) + F of the layer's maps, 4 D of its norms, 2 D of the last norm where it is
    /// pre-norm, D + 1 of the halting unit where there is one, and D per step where steps are learned.
    /// It does not grow with depth otherwise.
    /// </summary>
    public long ParameterCount
    {
        get
        {
            long dim = Dim, layer = (4 * dim * (dim + 1)) + (dim * ((2L * Ffn) + 1)) + Ffn + (4 * dim);
            return layer + (PreNorm ? 2 * dim : 0) + (Adaptive ? dim + 1 : 0) + (StepSignal == StepSignal.Learned ? MaxSteps * dim : 0);
        }
    }

    /// <summary>Checks every value.</summary>
    /// <param name="where">The file or the like that the values come from, for messages.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate(string where)
    {
        Require(Dim > 0 && Heads > 0 && Dim % Heads == 0, $"heads is {Heads}, it must divide dim, which is {Dim}");
        Require(Dim >= 4, $"dim is {Dim}, it must be at least 4 for sinusoids");
        Require(Ffn > 0, $"ffn is {Ffn}, it must be positive");
        Require(Enum.IsDefined(Activation), $"activation is {Activation}, which does not exist");
        Require(MaxSteps > 0, $"max_steps is {MaxSteps}, it must be positive");
        Require(Epsilon is > 0 and < 1, $"epsilon is {Epsilon}, it must lie between 0 and 1");
        Require(Enum.IsDefined(Accumulation), $"accumulation is {Accumulation}, which does not exist");
        Require(PonderWeight >= 0 && float.IsFinite(PonderWeight), $"ponder_weight is {PonderWeight}, it must not be negative");
        Require(Enum.IsDefined(StepSignal), $"step_signal is {StepSignal}, which does not exist");
        Require(Dropout is >= 0 and < 1, $"dropout is {Dropout}, it must be at least 0 and less than 1");
        Require(AttentionDropout is >= 0 and < 1, $"attention_dropout is {AttentionDropout}, it must be at least 0 and less than 1");
        Require(ActivationDropout is >= 0 and < 1, $"activation_dropout is {ActivationDropout}, it must be at least 0 and less than 1");

        void Require(bool condition, FormattableString message)
        {
            if (!condition)
            {
                throw new InputException($"{where}: {FormattableString.Invariant(message)}.");
            }
        }
    }

    internal TransformerLayerOptions LayerOptions => new()
    {
        Dim = Dim,
        Heads = Heads,
        FeedForward = Ffn,
        Activation = Activation,
        PreNorm = PreNorm,
        Dropout = Dropout,
        AttentionDropout = AttentionDropout,
        ActivationDropout = ActivationDropout,
    };
}
