using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// The distribution q(n) of the exit (Elbayad et al., 2020, section 3): softmax of a linear map of the mean encoder state (sequence) or of
/// the first layer's state (multinomial), or, with a probability to stop chi_n = sigmoid(w h_n + b) after each layer,
/// q(n) = chi_n prod_{m &lt; n} (1 - chi_m), the rest at the last layer.
/// </summary>
internal sealed class HaltingClassifier : Module
{
    private readonly Linear[] _maps;
    private readonly int _layers;
    private readonly bool _isNumbered;

    /// <summary>A classifier that starts with Xavier-uniform weights and zero biases.</summary>
    /// <param name="config">Its kind.</param>
    /// <param name="layers">N.</param>
    /// <param name="encoderDim">Width of the encoder.</param>
    /// <param name="decoderDim">Width of the decoder.</param>
    /// <param name="random">Source of the initial values.</param>
    public HaltingClassifier(DepthConfig config, int layers, int encoderDim, int decoderDim, RandomSource random)
    {
        Kind = config.Halting;
        _layers = layers;
        _isNumbered = Kind == HaltingKind.Geometric && !config.HaltingShared;
        _maps = Kind switch
        {
            HaltingKind.Sequence => [new Linear(encoderDim, layers, random)],
            HaltingKind.Multinomial => [new Linear(decoderDim, layers, random)],
            HaltingKind.Geometric =>
                [.. Enumerable.Range(0, config.HaltingShared ? 1 : layers - 1).Select(_ => new Linear(decoderDim, 1, random))],
            _ => throw new ArgumentException($"Halting of the kind {Kind} has no classifier.", nameof(config)),
        };
    }

    /// <summary>Sequence, multinomial or geometric.</summary>
    public HaltingKind Kind { get; }

    /// <summary>log q of every sentence (sequence) or token.</summary>
    /// <param name="memory">Encoded sources, [B, S, E]; null for a language model, which has none.</param>
    /// <param name="padding">Float32 [B, S], 1 at padding of the sources; or null.</param>
    /// <param name="states">The states after every layer, [B, T, D] each.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[B, N] or [B, T, N]</returns>
    public Tensor LogProbabilities(
        Tensor? memory, Tensor? padding, IReadOnlyList<Tensor> states, ForwardContext? context = null) => Kind switch
        {
            HaltingKind.Sequence => Sequence(memory!, padding, context),
            HaltingKind.Multinomial => Multinomial(states[0], context),
            _ => Geometric(states, context),
        };

    /// <summary>log q of every sentence, from the mean of its states without padding.</summary>
    /// <param name="memory">Encoded sentences, [B, S, E].</param>
    /// <param name="padding">Float32 [B, S], 1 at padding; or null.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[B, N]</returns>
    public Tensor Sequence(Tensor memory, Tensor? padding, ForwardContext? context = null) =>
        Map(0, Mean(memory, padding), context).LogSoftmax();

    /// <summary>log q of every token, from its state after the first layer.</summary>
    /// <param name="first">[..., D]</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[..., N]</returns>
    public Tensor Multinomial(Tensor first, ForwardContext? context = null) => Map(0, first, context).LogSoftmax();

    /// <summary>The logit of chi_n, the probability to stop after a layer.</summary>
    /// <param name="layer">n, from 1, below N.</param>
    /// <param name="state">The state after it, [..., D].</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[..., 1]</returns>
    public Tensor StopLogit(int layer, Tensor state, ForwardContext? context = null) => Map(_isNumbered ? layer - 1 : 0, state, context);

    /// <summary>log q of every token. It is summed up in log space, finite however certain a layer is.</summary>
    /// <param name="states">The states after at least the first N - 1 layers, [..., D] each.</param>
    /// <param name="context">Dropout of adapters; default: none.</param>
    /// <returns>[..., N]</returns>
    public Tensor Geometric(IReadOnlyList<Tensor> states, ForwardContext? context = null)
    {
        Tensor[] columns = new Tensor[_layers];
        Tensor? goOn = null;
        for (int layer = 1; layer < _layers; layer++)
        {
            // log chi = -softplus(-a), log(1 - chi) = -softplus(a)
            Tensor logit = StopLogit(layer, states[layer - 1], context);
            Tensor stop = -(-logit).Softplus();
            columns[layer - 1] = goOn is null ? stop : goOn + stop;
            goOn = goOn is null ? -logit.Softplus() : goOn - logit.Softplus();
        }

        columns[^1] = goOn ?? Tensor.Zeros(states[0].Shape.With(-1, 1));
        return TensorOperators.Concat(-1, columns);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        for (int i = 0; i < _maps.Length; i++)
        {
            visit.Add(_isNumbered ? $"{i}" : "", _maps[i]);
        }
    }

    private Tensor Map(int index, Tensor x, ForwardContext? context) => _maps[index].Forward(x, context ?? ForwardContext.Inference);

    private static Tensor Mean(Tensor memory, Tensor? padding)
    {
        if (padding is null)
        {
            return memory.Mean([1]);
        }

        Tensor real = padding.Affine(-1, 1);
        return memory.Multiply(real.Reshape(new Shape(real.Shape[0], real.Shape[1], 1))).Sum([1]).Divide(real.Sum([1], keepAxes: true));
    }
}
