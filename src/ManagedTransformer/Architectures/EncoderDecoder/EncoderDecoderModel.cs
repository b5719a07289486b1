using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The Transformer of Vaswani et al. (2017): an encoder reads a source sentence, a decoder predicts the target token by token. Sources are
/// padded on the left, targets on the right; the decoder's input is the target behind an end-of-sentence token.
/// </summary>
public sealed class EncoderDecoderModel : Module
{
    private readonly StackDepth _depth;

    /// <summary>A model with initial weights.</summary>
    /// <param name="config">What it is made of.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public EncoderDecoderModel(EncoderDecoderConfig config, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate("model");
        Config = config;
        Encoder = new Encoder(config, random);
        Decoder = new Decoder(config, random, config.Tie == EmbeddingTie.All ? Encoder.Embedding.Weight : null);
        Slots = new EncoderDecoderSlots(config);
        _depth = Slots.CreateDepth(random);
        if (config.Lora is { } lora)
        {
            LoraAdapters.Attach(this, lora, random);
        }
    }

    /// <summary>What the model is made of.</summary>
    public EncoderDecoderConfig Config { get; private set; }

    /// <summary>Reads sources.</summary>
    internal Encoder Encoder { get; }

    /// <summary>Predicts targets.</summary>
    internal Decoder Decoder { get; }

    /// <summary>The mechanisms that it is made of.</summary>
    internal EncoderDecoderSlots Slots { get; }

    /// <summary>How deep target tokens go.</summary>
    internal StackDepth Depth => _depth;

    /// <summary>Encodes source sentences.</summary>
    /// <param name="sourceTokens">Int32 [B, S], padded on the left.</param>
    /// <param name="context">Dropout.</param>
    public EncoderOutput Encode(Tensor sourceTokens, ForwardContext context) => Encoder.Forward(sourceTokens, context);

    /// <summary>Scores of every next target token, h W^T, where h are the last hidden states.</summary>
    /// <param name="sourceTokens">Int32 [B, S]</param>
    /// <param name="previousTokens">Int32 [B, T]: end of sentence, then the target without its last token; padded on the right.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(Tensor sourceTokens, Tensor previousTokens, ForwardContext context) =>
        Forward(Encode(sourceTokens, context), previousTokens, context);

    /// <summary>The same of sources that are encoded already.</summary>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="previousTokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(EncoderOutput memory, Tensor previousTokens, ForwardContext context) =>
        Decoder.Output.Scores(Decoder.Forward(previousTokens, memory, context));

    /// <summary>Cross-entropy of the targets behind all layers, without keeping the logits. Padding is not counted.</summary>
    /// <param name="sourceTokens">Int32 [B, S]</param>
    /// <param name="previousTokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    public CrossEntropyResult Loss(Tensor sourceTokens, Tensor previousTokens, Tensor targets, ForwardContext context,
        CrossEntropyOptions? options = null)
    {
        Tensor hidden = Decoder.Forward(previousTokens, Encode(sourceTokens, context), context);
        return Decoder.Output.Loss(hidden, targets, options.Ignoring(Config.PaddingIdx), context);
    }

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
        context = context.Collecting(new Penalties());
        EncoderOutput memory = Encode(sourceTokens, context);
        return _depth.Loss(Decoder, () => Decoder.Embedding.Forward(previousTokens, context),
            Decoder.Block(previousTokens, memory, context), targets, options.Ignoring(Config.PaddingIdx), context);
    }

    /// <summary>An empty state for step-by-step decoding: rows of one sentence stand side by side.</summary>
    /// <param name="memory">The encoded sources, B sentences.</param>
    /// <param name="beam">Rows per sentence.</param>
    /// <param name="depth">How many layers tokens run; null: as the model's configuration says.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public DecodingState CreateState(EncoderOutput memory, int beam = 1, DepthRule? depth = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beam);
        using NoGradientScope _ = new();
        IDepthState? state = _depth.CreateState(depth, memory.Sentences * beam, memory.States, memory.Padding);
        return new DecodingState(Decoder.Stack, memory, beam, Config.MaxPositions, state);
    }

    /// <summary>Reads one token per row and scores the next. It gives what a forward pass over all tokens so far gives.</summary>
    /// <param name="tokens">Int32 [rows, 1]; the first is the end of sentence.</param>
    /// <param name="state">Everything read before; it is advanced.</param>
    /// <returns>Logits [rows, V].</returns>
    /// <exception cref="ArgumentException">Another number of rows or tokens, or no position left.</exception>
    public Tensor Step(Tensor tokens, DecodingState state) => Step(tokens, state, []);

    /// <summary>Likewise, with given exits.</summary>
    /// <param name="tokens">Int32 [rows, 1]</param>
    /// <param name="state">Everything read before; it is advanced.</param>
    /// <param name="exits">One per row, from 1; empty: as the state's rule says.</param>
    internal Tensor Step(Tensor tokens, DecodingState state, ReadOnlySpan<int> exits)
    {
        using NoGradientScope _ = new();
        state.Require(tokens);
        return _depth.Step(Decoder, Decoder.Embedding.Forward(tokens, ForwardContext.Inference, state.Length), state, exits);
    }

    /// <summary>Sets fresh adapters beside the maps of a model without any, and freezes everything else.</summary>
    /// <param name="lora">Which maps, and how.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">The adapters do not fit the model.</exception>
    internal void Attach(LoraConfig lora, RandomSource random)
    {
        EncoderDecoderConfig config = Config with { Lora = lora };
        config.Validate("The adapter");
        LoraAdapters.Attach(this, lora, random);
        Config = config;
    }

    /// <summary>Folds the adapters into the weights.</summary>
    internal void MergeAdapters()
    {
        LoraAdapters.Merge(this);
        Config = Config with { Lora = null };
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        // A table that both sides share, and the encoder's where a deep unit stands between it and the encoder, has a name of its own.
        bool isNamed = Config.Tie == EmbeddingTie.All || Encoder.Embedding.Stage is not PositionStage;
        visit.Add("embed.weight", isNamed ? Encoder.Embedding.Weight : null);
        visit.Add("encoder", Encoder);
        visit.Add("decoder", Decoder);
        visit.Add("halting", _depth);
    }
}
