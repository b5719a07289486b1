using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// A causal Transformer language model: tokens to vectors, a stack of layers in which a position sees only earlier ones, a final norm
/// (pre-norm only), and scores for the next token. What a layer attends with, what stands in its feed-forward slot, how positions and
/// tokens enter, how deep tokens go: those are slots of its configuration.
/// </summary>
public sealed class CausalLanguageModel : Module, IDecoderModel
{
    private readonly Module? _shared;
    private readonly StackDepth _depth;
    private readonly bool _masksPadding;

    /// <summary>A model with initial weights.</summary>
    /// <param name="config">What it is made of.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="attention">Self-attention of all layers, in place of the configuration's; null for that.</param>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public CausalLanguageModel(LanguageModelConfig config, RandomSource random, IAttentionSlot? attention = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate("model");
        Config = config;
        Slots = new LanguageModelSlots(config, attention);
        Slots.Validate(attention);
        HasOwnAttention = attention is not null;
        _masksPadding = Slots.Layers?.MasksPadding ?? true;
        Embedding = Slots.CreateEmbedding(random);
        _shared = Slots.CreateShared(random);
        Stack = Slots.CreateStack(_shared, random);
        Narrowing = Slots.TableWidth == config.Dim ? null : new Linear(config.Dim, Slots.TableWidth, random, bias: false);
        Output = Slots.CreateOutput(Embedding.Table, random);
        InitialWeights.Apply(config.Init, Stack, Output, random);
        _depth = Slots.CreateDepth(random);
        if (config.Lora is { } lora)
        {
            LoraAdapters.Attach(this, lora, random);
        }
    }

    /// <summary>What the model is made of.</summary>
    public LanguageModelConfig Config { get; private set; }

    /// <summary>Whether the layers attend by something that the configuration does not tell.</summary>
    internal bool HasOwnAttention { get; }

    /// <summary>Tokens and positions to vectors.</summary>
    internal TokenEmbedding Embedding { get; }

    /// <summary>The layers and the norm behind them, if there is one.</summary>
    public LayerStack Stack { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerLayer> Layers => Stack.Layers;

    /// <summary>The map from the last states to the width of a narrower table; null where the widths are equal.</summary>
    public Linear? Narrowing { get; }

    /// <summary>Last states to scores of the next token.</summary>
    internal OutputLayer Output { get; }

    /// <summary>The mechanisms that it is made of.</summary>
    internal LanguageModelSlots Slots { get; }

    /// <summary>How deep tokens go.</summary>
    internal StackDepth Depth => _depth;

    int IDecoderModel.Vocabulary => Config.Vocab;

    bool IDecoderModel.HasExitProjections => false;

    /// <summary>Scores of every next token: logits, or, from an adaptive softmax, log-probabilities.</summary>
    /// <param name="tokens">Int32 [B, T]; padding is seen by no position.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="history">States before the block, which are advanced by it; null for a block that begins a text.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(Tensor tokens, ForwardContext context, StreamHistory? history = null) =>
        Output.Scores(Hidden(tokens, context, history));

    /// <summary>Cross-entropy of the next tokens behind all layers, without keeping the scores. Padding is not counted.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T - skip]: what follows every token but the first ones.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    /// <param name="history">States before the block, which are advanced by it.</param>
    /// <param name="skip">First tokens of every row that are only read.</param>
    public CrossEntropyResult Loss(Tensor tokens, Tensor targets, ForwardContext context, CrossEntropyOptions? options = null,
        StreamHistory? history = null, int skip = 0)
    {
        Tensor hidden = Hidden(tokens, context, history);
        return Output.Loss(
            skip == 0 ? hidden : hidden.Slice(1, skip, targets.Shape[1]), targets, options.Ignoring(Config.PaddingIdx), context);
    }

    /// <summary>
    /// The loss to train on: cross-entropy and what mechanisms add to it, such as the price of long spans. With exits: the weighted mean of
    /// the cross-entropies of all exits, and alpha times the exit classifier's loss.
    /// </summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; a sum counts the penalty once per target.</param>
    /// <param name="history">States before the block, which are advanced by it.</param>
    public TrainingLoss TrainingLoss(Tensor tokens, Tensor targets, ForwardContext context, CrossEntropyOptions? options = null,
        StreamHistory? history = null)
    {
        context = context.Collecting(new Penalties());
        return _depth.Loss(
            this, () => Embedding.Forward(tokens, context), Block(tokens, context, history), targets, options.Ignoring(Config.PaddingIdx),
            context);
    }

    /// <summary>An empty state for step-by-step generation.</summary>
    /// <param name="batch">How many sequences are generated side by side.</param>
    /// <param name="depth">How many layers tokens run; null: as the model's configuration says.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public LanguageModelState CreateState(int batch = 1, DepthRule? depth = null)
    {
        using NoGradientScope _ = new();
        IDepthState? state = _depth.CreateState(depth, batch);
        return new LanguageModelState(Stack.CreateStates(batch), batch, Config.PositionLimit, state);
    }

    /// <summary>Bytes that a state has behind so many tokens of one text, room to grow included.</summary>
    /// <param name="tokens">At least 1.</param>
    /// <returns>The bytes; null for a model whose states show their size only when tokens are read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not so many tokens fit in.</exception>
    public long? StateBytes(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, Config.PositionLimit);
        LanguageModelState state = CreateState();
        return state.TryPretend(tokens, tokens) ? state.Bytes : null;
    }

    /// <summary>
    /// Reads new tokens and scores the token after the last of them. It gives what a forward pass over all tokens so far gives; with exits,
    /// the last token leaves the stack by the state's rule, and those before it run all layers.
    /// </summary>
    /// <param name="tokens">Int32 [B, n], n at least 1: a prompt or a single step.</param>
    /// <param name="state">Everything read before; it is advanced.</param>
    /// <returns>[B, V]: logits, or, from an adaptive softmax, log-probabilities.</returns>
    /// <exception cref="ArgumentException">No room left in the state.</exception>
    public Tensor Step(Tensor tokens, LanguageModelState state) => Step(tokens, state, []);

    /// <summary>Likewise, with given exits of the last tokens.</summary>
    /// <param name="tokens">Int32 [B, n]</param>
    /// <param name="state">Everything read before; it is advanced.</param>
    /// <param name="exits">One per row, from 1; empty: as the state's rule says.</param>
    internal Tensor Step(Tensor tokens, LanguageModelState state, ReadOnlySpan<int> exits)
    {
        using NoGradientScope _ = new();
        state.Require(tokens);
        int length = tokens.Shape[1];

        // Long prompts in pieces: a state of windowed attention holds a window and a piece, not a window and a prompt.
        int piece = Math.Min(length, Stack.MostPerStep), start = 0;
        for (; start + piece < length; start += piece)
        {
            _depth.Read(this, EmbedStep(tokens.Slice(1, start, piece), state), state);
        }

        return _depth.Step(this, EmbedStep(tokens.Slice(1, start, length - start), state), state, exits);
    }

    /// <summary>
    /// Reads one new token of each of several texts and scores the token after it. Every text gets the bits that
    /// <see cref="Step(Tensor, LanguageModelState)"/> gives for its token alone, whatever the others are; what all of them share, the
    /// weights above all, is read once.
    /// </summary>
    /// <param name="tokens">One per text.</param>
    /// <param name="states">What every text has read, each a state of one row; they are advanced.</param>
    /// <returns>[texts, V]: logits, or, from an adaptive softmax, log-probabilities.</returns>
    /// <exception cref="ArgumentException">No text, not one token per text, a state of several rows, or one without room.</exception>
    public Tensor StepTogether(ReadOnlySpan<int> tokens, IReadOnlyList<LanguageModelState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        if (tokens.Length == 0 || tokens.Length != states.Count)
        {
            throw new ArgumentException($"One token per text is needed; there are {tokens.Length} tokens and {states.Count} texts.");
        }

        using NoGradientScope none = new();
        using BatchInvariantScope invariant = new();
        Tensor column = Tensor.From(tokens, new Shape(tokens.Length, 1));
        int[] starts = new int[tokens.Length];
        for (int text = 0; text < starts.Length; text++)
        {
            states[text].Require(column.Slice(0, text, 1));
            starts[text] = states[text].Length;
        }

        return _depth.StepTogether(this, Embedding.Forward(column, ForwardContext.Inference, starts), states);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("", _shared);
        visit.Add("layers", Layers);
        visit.Add("norm", Stack.Norm);
        visit.Add("project", Narrowing);
        visit.Add(Output.SlotName, Output);
        visit.Add("halting", _depth);
    }

    /// <summary>Sets fresh adapters beside the maps of a model without any, and freezes everything else.</summary>
    /// <param name="lora">Which maps, and how.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">The adapters do not fit the model.</exception>
    internal void Attach(LoraConfig lora, RandomSource random)
    {
        LanguageModelConfig config = Config with { Lora = lora };
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

    Tensor IDecoderModel.Head(Tensor states, ForwardContext context) => Head(states, context);

    Tensor IDecoderModel.Scores(int layer, Tensor hidden) => Output.Scores(hidden);

    CrossEntropyResult IDecoderModel.Loss(
        int layer, Tensor hidden, Tensor targets, CrossEntropyOptions options, ForwardContext context) =>
        Output.Loss(hidden, targets, options, context);

    /// <summary>What the layers attend to in a block of tokens.</summary>
    internal BlockAttention Block(Tensor tokens, ForwardContext context, StreamHistory? history = null)
    {
        Tensor? padding = _masksPadding ? TokenEmbedding.PaddingMask(tokens, Config.PaddingIdx) : null;
        return new BlockAttention(new AttentionMask(Causal: true, KeyPadding: padding), context, history);
    }

    /// <summary>What the output layer reads, [B, T, D].</summary>
    internal Tensor Hidden(Tensor tokens, ForwardContext context, StreamHistory? history = null) =>
        Head(Stack.Run(Embedding.Forward(tokens, context), Block(tokens, context, history), context), context);

    private Tensor Head(Tensor states, ForwardContext context) =>
        context.Dropout(Narrowing?.Forward(states, context) ?? states, Config.OutputDropout);

    private Tensor EmbedStep(Tensor tokens, LanguageModelState state) =>
        Embedding.Forward(tokens, ForwardContext.Inference, state.Length);
}
