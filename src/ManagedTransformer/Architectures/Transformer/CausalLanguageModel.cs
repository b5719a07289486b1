using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// A causal Transformer language model: tokens to vectors, a stack of layers in which a position sees only earlier ones, a final norm
/// (pre-norm only), and scores for the next token. What a layer attends with, what stands in its feed-forward slot, how positions and
/// tokens enter are slots of its configuration.
/// </summary>
public sealed class CausalLanguageModel : Module
{
    private static readonly AttentionMask _causal = new(Causal: true);
    private readonly AbsolutePositions? _absolutePositions;
    private readonly EmbeddingWidening? _widening;

    /// <summary>A model with initial weights.</summary>
    /// <param name="config">Validated sizes.</param>
    /// <param name="random">Source of the initial values.</param>
    public CausalLanguageModel(LanguageModelConfig config, RandomSource random)
    {
        config.Validate("model");
        Config = config;
        _widening = config.Delight is null
            ? null
            : DelightEmbedding.Create(config.Delight, config.Dim, config.Activation, config.AbsolutePositions(random), random);
        Embedding = config.Adaptive is null ? CreateEmbedding(config, _widening, random) : null;
        AdaptiveInput = config.Adaptive is { } clusters
            ? new AdaptiveInput(clusters, config.Vocab, config.TableWidth, random, config.PaddingIdx)
            : null;
        _absolutePositions = config.Adaptive is not null && _widening is null ? config.AbsolutePositions(random) : null;
        Positions = config.HasSpans
            ? Initialization.Normal(new Shape(config.Span!.Limit, config.Dim / config.Heads), 1, random)
            : null;
        IReadOnlyList<TransformerLayer> layers = LayerFactory.Create(config, Positions, random);
        Stack = new LayerStack(layers, config.HasFinalNorm ? new LayerNorm(config.Dim, config.NormEpsilon) : null);
        Narrowing = config.TableWidth == config.Dim ? null : new Linear(config.Dim, config.TableWidth, random, bias: false);
        if (config.Adaptive is not null)
        {
            AdaptiveOutput = new AdaptiveSoftmax(config.Adaptive, config.Vocab, config.TableWidth, random,
                config.Tie ? AdaptiveInput : null);
        }
        else
        {
            float deviation = config.Init == InitializationScheme.Gpt2 ? 0.02f : MathF.Pow(config.TableWidth, -0.5f);
            Output = config.Tie ? null : Initialization.Normal(new Shape(config.Vocab, config.TableWidth), deviation, random);
            OutputBias = config.OutputBias ? Initialization.Zeros(new Shape(config.Vocab)) : null;
        }

        switch (config.Init)
        {
            case InitializationScheme.Gpt2:
                Gpt2Initialization.Apply(Layers, random);
                break;
            case InitializationScheme.FanIn:
                FanInInitialization.Apply(this, random);
                break;
        }

        Halting = config.Exits is { HasClassifier: true } exits
            ? new HaltingClassifier(exits, config.Layers, config.Dim, config.Dim, random)
            : null;
    }

    /// <summary>What the model is made of.</summary>
    public LanguageModelConfig Config { get; }

    /// <summary>Tokens and positions to vectors; null for adaptive input.</summary>
    public TokenEmbedding? Embedding { get; }

    /// <summary>Tokens to vectors by clusters of the vocabulary; null for a plain table.</summary>
    public AdaptiveInput? AdaptiveInput { get; }

    /// <summary>The table of relative positions that the layers share, [S, d]; null without span attention.</summary>
    public Parameter? Positions { get; }

    /// <summary>The layers and the norm behind them, if there is one.</summary>
    public LayerStack Stack { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerLayer> Layers => Stack.Layers;

    /// <summary>The map from the last states to the width of a narrower table; null where the widths are equal.</summary>
    public Linear? Narrowing { get; }

    /// <summary>The projection to the vocabulary, [V, D]; null where the embedding table serves, and for an adaptive softmax.</summary>
    public Parameter? Output { get; }

    /// <summary>Bias of the projection, [V]; null without.</summary>
    public Parameter? OutputBias { get; }

    /// <summary>Scores by clusters of the vocabulary; null for a plain projection.</summary>
    public AdaptiveSoftmax? AdaptiveOutput { get; }

    /// <summary>Chooses the exits of tokens; null for models without such a classifier.</summary>
    public HaltingClassifier? Halting { get; }

    /// <summary>Whether blocks of a stream see the blocks before them through a <see cref="HiddenStateCache"/>.</summary>
    public bool ReadsPast => Config.HasSpans;

    /// <summary>The last hidden states. Padding is seen by no position.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="past">States before the block, which are advanced by it; null for a block that begins a text.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Hidden(Tensor tokens, ForwardContext context, HiddenStateCache? past = null) => Run(tokens, context, past).Hidden;

    /// <summary>Scores of every next token: logits, or, from an adaptive softmax, log-probabilities.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="past">States before the block, which are advanced by it; null for a block that begins a text.</param>
    /// <returns>[B, T, V]</returns>
    public Tensor Forward(Tensor tokens, ForwardContext context, HiddenStateCache? past = null) => Project(Hidden(tokens, context, past));

    /// <summary>Cross-entropy of the next tokens, without keeping the logits. Padding is not counted.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; default: mean in nats.</param>
    /// <param name="past">States before the block, which are advanced by it.</param>
    public CrossEntropyResult Loss(Tensor tokens, Tensor targets, ForwardContext context, CrossEntropyOptions? options = null,
        HiddenStateCache? past = null) =>
        Score(Hidden(tokens, context, past), targets, options, context);

    /// <summary>
    /// The loss to train on: cross-entropy and, with learnt or dynamic spans, their penalty lambda * sum over layers of the mean span in
    /// tokens. With exits: the weighted mean of the cross-entropies of all exits, and alpha times the exit classifier's loss.
    /// </summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing and reduction; a sum counts the penalty once per target.</param>
    /// <param name="past">States before the block, which are advanced by it.</param>
    public TrainingLoss TrainingLoss(Tensor tokens, Tensor targets, ForwardContext context, CrossEntropyOptions? options = null,
        HiddenStateCache? past = null)
    {
        if (Config.Exits is { } exits)
        {
            options ??= new CrossEntropyOptions();
            options = options with { IgnoredTarget = options.IgnoredTarget ?? Config.PaddingIdx };
            return AlignedTraining.Compute(this, tokens, targets, context, options).ToTrainingLoss(exits.Alpha, options.Sum);
        }

        (Tensor hidden, Tensor? spans) = Run(tokens, context, past);
        CrossEntropyResult prediction = Score(hidden, targets, options, context);
        Tensor? penalty = spans is null || Config.Span!.Penalty == 0 ? null : spans * Config.Span.Penalty;
        Tensor total = penalty is null
            ? prediction.Loss
            : prediction.Loss + (options?.Sum == true ? penalty * prediction.Targets : penalty);
        return new TrainingLoss(total, prediction, penalty);
    }

    /// <summary>Cross-entropy of hidden states with the tokens that follow them.</summary>
    /// <param name="hidden">[..., D]</param>
    /// <param name="targets">Int32, the leading shape.</param>
    /// <param name="options">Default: mean in nats.</param>
    /// <param name="context">Dropout within an adaptive softmax; default: none.</param>
    public CrossEntropyResult Score(Tensor hidden, Tensor targets, CrossEntropyOptions? options = null, ForwardContext? context = null)
    {
        options ??= new CrossEntropyOptions();
        options = options with { IgnoredTarget = options.IgnoredTarget ?? Config.PaddingIdx };
        return AdaptiveOutput is not null
            ? AdaptiveOutput.Loss(hidden, targets, options, context)
            : hidden.ProjectedCrossEntropy(Output ?? Embedding!.Weight, targets, options, OutputBias);
    }

    /// <summary>
    /// The last hidden states, and the sum over layers of the mean spans in tokens (null for models without learnt or dynamic spans).
    /// </summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="past">States before the block, which are advanced by it.</param>
    internal (Tensor Hidden, Tensor? MeanSpans) Run(Tensor tokens, ForwardContext context, HiddenStateCache? past)
    {
        StreamAttention attention = new(Mask(tokens), past, context);
        Tensor x = Narrow(Stack.Run(Embed(tokens, context, 0), attention, context));
        return (context.Dropout(x, Config.OutputDropout), attention.MeanSpans);
    }

    /// <summary>The states after every layer, before any final norm.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <returns>One [B, T, D] per layer.</returns>
    internal IReadOnlyList<Tensor> States(Tensor tokens, ForwardContext context)
    {
        Tensor x = Embed(tokens, context, 0);
        BlockAttention block = new(Mask(tokens), context);
        List<Tensor> states = [];
        for (int layer = 0; layer < Layers.Count; layer++)
        {
            x = Stack.RunLayer(layer, x, block, context);
            states.Add(x);
        }

        return states;
    }

    /// <summary>What the projection to the vocabulary sees of a layer's state: its final norm, shared by all exits.</summary>
    internal Tensor ExitState(Tensor state) => Stack.Norm?.Forward(state) ?? state;

    // The sizes of every layer's window follow from its learnt spans: one wait for a device instead of one per layer.
    private void FetchSpans()
    {
        if (Config.HasSpans)
        {
            Tensor.Fetch([.. Layers.Select(layer => (layer.Attention as SpanSelfAttention)?.SpanRatio).OfType<Tensor>()]);
        }
    }

    /// <summary>An empty state for step-by-step generation.</summary>
    /// <param name="batch">How many sequences are generated side by side.</param>
    /// <param name="exits">When tokens leave the stack; null: as the model's configuration says.
    /// Models without exits run all layers.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public LanguageModelState CreateState(int batch = 1, ExitRule? exits = null)
    {
        if (Config.Exits is null && exits is not null && exits.Kind != HaltingKind.None)
        {
            throw new InputException("This model has no exits: its tokens run all layers.");
        }

        FetchSpans();
        DepthState? depth = Config.Exits is null
            ? null
            : new DepthState(Halting, Config.Layers, Config.Dim, batch, exits ?? Config.Exits.Rule);
        return new LanguageModelState([.. Layers.Select(layer => layer.Attention.CreateState(batch))], Config.PositionLimit, depth);
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
        int length = tokens.Shape[1];
        state.Require(length);
        if (state.Depth is not null)
        {
            if (length > 1)
            {
                LanguageModelExitStep.ReadAll(this, Embed(tokens.Slice(1, 0, length - 1), ForwardContext.Inference, state.Length), state);
            }

            return LanguageModelExitStep.Run(this, Embed(tokens.Slice(1, length - 1, 1), ForwardContext.Inference, state.Length),
                state, exits);
        }

        // Long prompts in pieces: the states of span attention hold a span and a piece, not a span and a prompt.
        int piece = ReadsPast ? SpanState.Slack : length;
        Tensor x = StepPiece(tokens.Slice(1, 0, Math.Min(piece, length)), state);
        for (int start = piece; start < length; start += piece)
        {
            x = StepPiece(tokens.Slice(1, start, Math.Min(piece, length - start)), state);
        }

        return Project(x.Slice(1, x.Shape[1] - 1, 1).Reshape(new Shape(x.Shape[0], Config.TableWidth)));
    }

    /// <summary>Brings constrained parameters (span ratios) back into their range; to be called after every update.</summary>
    public void ApplyConstraints()
    {
        foreach (TransformerLayer layer in Layers)
        {
            (layer.Attention as SpanSelfAttention)?.ClampSpans();
        }

        FetchSpans();
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("embed", AdaptiveInput);
        visit.Add("", _absolutePositions);
        visit.Add("", Embedding is null ? _widening : null);
        visit.Add("pos.weight", Positions);
        visit.Add("layers", Layers);
        visit.Add("norm", Stack.Norm);
        visit.Add("project", Narrowing);
        visit.AddMatrix("output.weight", Output);
        visit.Add("output.bias", OutputBias);
        visit.Add("halting", Halting);
        visit.Add(Config.Adaptive?.Form switch { AdaptiveForm.Fairseq => "head", AdaptiveForm.Delight => "", _ => "output" },
            AdaptiveOutput);
    }

    private static TokenEmbedding CreateEmbedding(LanguageModelConfig config, EmbeddingWidening? widening, RandomSource random) => new(
        new TokenEmbeddingOptions
        {
            Vocabulary = config.Vocab,
            Dim = config.TableWidth,
            Positions = widening is not null || config.Positions == PositionKind.Relative ? PositionKind.None : config.Positions,
            MaxPositions = config.MaxPositions,
            Padding = config.PaddingIdx,
            Scale = config.ScaleEmbedding,
            Norm = config.EmbeddingNorm,
            NormEpsilon = config.NormEpsilon,
            Dropout = config.EmbeddingDropout ?? config.Dropout,
            Deviation = config.Init switch { InitializationScheme.Gpt2 => 0.02f, InitializationScheme.FanIn => 1, _ => null },
        },
        random,
        widening: widening);

    // Of DeLighT's decoders, padding at the end of a text sees itself, as in the authors' code; nothing else sees it.
    private AttentionMask Mask(Tensor tokens) =>
        Config.Delight is null ? _causal with { KeyPadding = TokenEmbedding.PaddingMask(tokens, Config.PaddingIdx) } : _causal;

    private Tensor Embed(Tensor tokens, ForwardContext context, int start)
    {
        if (Embedding is not null)
        {
            return Embedding.Forward(tokens, context, start);
        }

        Tensor x = AdaptiveInput!.Forward(tokens);
        if (_widening is not null)
        {
            return _widening.Forward(x, tokens, context, start);
        }

        x = _absolutePositions is null ? x : _absolutePositions.Add(x, tokens, start);
        return context.Dropout(x, Config.EmbeddingDropout ?? Config.Dropout);
    }

    private Tensor StepPiece(Tensor tokens, LanguageModelState state)
    {
        Tensor x = Embed(tokens, ForwardContext.Inference, state.Length);
        x = Narrow(Stack.Run(x, new StepAttention(state), ForwardContext.Inference));
        state.Advance(tokens.Shape[1]);
        return x;
    }

    /// <summary>Scores of hidden states: logits, or, from an adaptive softmax, log-probabilities.</summary>
    /// <param name="hidden">[..., D]</param>
    internal Tensor Project(Tensor hidden) => AdaptiveOutput is { } adaptive
        ? adaptive.LogProbabilities(hidden)
        : hidden.Linear(Output ?? Embedding!.Weight, OutputBias);

    private Tensor Narrow(Tensor x) => Narrowing?.Forward(x) ?? x;

    private readonly struct StepAttention(LanguageModelState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.Step(x, state.Layers[index]);
    }
}
