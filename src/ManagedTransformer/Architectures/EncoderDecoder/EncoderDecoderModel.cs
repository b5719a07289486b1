using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The Transformer of Vaswani et al. (2017): an encoder reads a source sentence, a decoder predicts the target token by token. Sources are
/// padded on the left, targets on the right; the decoder's input is the target behind an end-of-sentence token.
/// </summary>
public sealed class EncoderDecoderModel : Module
{
    /// <summary>A model with initial weights.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public EncoderDecoderModel(EncoderDecoderConfig config, RandomSource random)
    {
        config.Validate("model");
        Config = config;
        Encoder = new Encoder(config, random);
        Decoder = new Decoder(config, random, config.Tie == EmbeddingTie.All ? Encoder.Embedding.Weight : null);
        Halting = config.Exits is { HasClassifier: true } exits
            ? new HaltingClassifier(exits, config.DecoderLayers, config.Dim, config.DecoderWidth, random)
            : null;
    }

    /// <summary>What the model is made of.</summary>
    public EncoderDecoderConfig Config { get; }

    /// <summary>Reads sources.</summary>
    public Encoder Encoder { get; }

    /// <summary>Predicts targets.</summary>
    public Decoder Decoder { get; }

    /// <summary>Chooses the exits of tokens; null for models without such a classifier.</summary>
    public HaltingClassifier? Halting { get; }

    /// <summary>Encodes source sentences.</summary>
    /// <param name="sourceTokens">Int32 [B, S], padded on the left.</param>
    /// <param name="context">Dropout.</param>
    public EncoderOutput Encode(Tensor sourceTokens, ForwardContext context) => Encoder.Forward(sourceTokens, context);

    /// <summary>The decoder's last hidden states.</summary>
    /// <param name="previousTokens">Int32 [B, T]: end of sentence, then the target without its last token; padded on the right.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Decode(Tensor previousTokens, EncoderOutput memory, ForwardContext context) =>
        Decoder.Forward(previousTokens, memory, context);

    /// <summary>Scores of all target tokens, h W^T, where h are the last hidden states.</summary>
    /// <param name="hidden">[..., D]</param>
    /// <returns>[..., V]</returns>
    public Tensor Project(Tensor hidden) => hidden.Linear(Decoder.Classifier(Config.DecoderLayers - 1));

    /// <summary>Scores of every next target token.</summary>
    /// <param name="sourceTokens">Int32 [B, S]</param>
    /// <param name="previousTokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(Tensor sourceTokens, Tensor previousTokens, ForwardContext context) =>
        Project(Decode(previousTokens, Encode(sourceTokens, context), context));

    /// <summary>Cross-entropy of the targets after all layers, without keeping the logits. Padding is not counted.</summary>
    /// <param name="sourceTokens">Int32 [B, S]</param>
    /// <param name="previousTokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    public CrossEntropyResult Loss(Tensor sourceTokens, Tensor previousTokens, Tensor targets, ForwardContext context,
        CrossEntropyOptions? options = null) =>
        Decode(previousTokens, Encode(sourceTokens, context), context).ProjectedCrossEntropy(
            Decoder.Classifier(Config.DecoderLayers - 1), targets, Counted(options));

    /// <summary>
    /// The loss to train on. With exits: the weighted mean of all exits' losses (aligned training) or that of exits drawn at random (mixed
    /// training), and alpha times the exit classifier's loss, all per target token.
    /// </summary>
    /// <param name="sourceTokens">Int32 [B, S]</param>
    /// <param name="previousTokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    public TrainingLoss TrainingLoss(Tensor sourceTokens, Tensor previousTokens, Tensor targets, ForwardContext context,
        CrossEntropyOptions? options = null)
    {
        if (Config.Exits is not { } exits)
        {
            CrossEntropyResult prediction = Loss(sourceTokens, previousTokens, targets, context, options);
            return new TrainingLoss(prediction.Loss, prediction, null);
        }

        options = Counted(options);
        EncoderOutput memory = Encode(sourceTokens, context);
        DepthLoss loss = exits.Paths > 0
            ? MixedTraining.Compute(this, memory, previousTokens, targets, context, options)
            : AlignedTraining.Compute(this, memory, previousTokens, targets, context, options, exits.Alpha > 0);
        return loss.ToTrainingLoss(exits.Alpha, options.Sum);
    }

    /// <summary>An empty state for step-by-step decoding: rows of one sentence stand side by side.</summary>
    /// <param name="memory">The encoded sources, B sentences.</param>
    /// <param name="beam">Rows per sentence.</param>
    /// <param name="exits">When tokens leave the decoder; null: as the model's configuration says.
    /// Models without exits run all layers.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public DecodingState CreateState(EncoderOutput memory, int beam = 1, ExitRule? exits = null)
    {
        using NoGradientScope _ = new();
        return new DecodingState(this, memory, beam, exits);
    }

    /// <summary>Reads one token per row and scores the next. It gives what a forward pass over all tokens so far gives.</summary>
    /// <param name="tokens">Int32 [rows, 1]; the first is the end of sentence.</param>
    /// <param name="state">Everything read before; it is advanced.</param>
    /// <returns>Logits [rows, V].</returns>
    /// <exception cref="ArgumentException">Another number of rows or tokens, or no position left.</exception>
    public Tensor Step(Tensor tokens, DecodingState state) => Step(tokens, state, []);

    /// <summary>Likewise, with given exits.</summary>
    /// <param name="tokens">Int32 [rows, 1]</param>
    /// <param name="state">Of a model with exits.</param>
    /// <param name="exits">One per row, from 1; empty: as the state's rule says.</param>
    internal Tensor Step(Tensor tokens, DecodingState state, ReadOnlySpan<int> exits)
    {
        using NoGradientScope _ = new();
        state.Require(tokens);
        Tensor logits = state.Depth is null ? Project(Decoder.Step(tokens, state)) : new EarlyExitStep(this, state, exits).Run(tokens);
        return logits.Reshape(new Shape(state.Rows, Config.Vocab));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("embed.weight", Config.Tie == EmbeddingTie.All || Config.Delight is not null ? Encoder.Embedding.Weight : null);
        visit.Add("encoder", Encoder);
        visit.Add("decoder", Decoder);
        visit.Add("halting", Halting);
    }

    private CrossEntropyOptions Counted(CrossEntropyOptions? options)
    {
        options ??= new CrossEntropyOptions();
        return options with { IgnoredTarget = options.IgnoredTarget ?? Config.PaddingIdx };
    }
}
