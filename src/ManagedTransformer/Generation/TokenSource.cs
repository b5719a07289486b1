using System.Runtime.InteropServices;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>
/// The tokens of one generation, drawn one at a time. It owns everything that changes while a text grows, so that several of them may
/// share a model, each used by one thread at a time.
/// </summary>
internal sealed class TokenSource : IDisposable
{
    /// <summary>New tokens that there is room for from the start.</summary>
    private const int Reserved = 1 << 14;

    private readonly CausalLanguageModel _model;
    private readonly Device _device;
    private readonly GenerationOptions _options;
    private readonly int _vocabulary, _promptLength;
    private readonly LanguageModelState _state;
    private readonly Sampler _sampler;
    private readonly LogProbabilityReader? _probabilities;
    private readonly List<int> _text;
    private readonly StepScope _step = StepScope.Repeated();
    private float[]? _logits;
    private int _unread;

    /// <summary>A generation that has read nothing.</summary>
    /// <param name="model">The network.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="vocabulary">Ids that the tokenizer knows; the model may have more, which are never drawn.</param>
    /// <param name="cancellation">Ends the reading of tokens between two layers.</param>
    public TokenSource(CausalLanguageModel model, IReadOnlyList<int> prompt, GenerationOptions options, int vocabulary,
        CancellationToken cancellation = default)
    {
        (_model, _device, _options, _vocabulary, _promptLength) = (model, model.Device, options, vocabulary, prompt.Count);
        using (DeviceScope.Enter(_device))
        {
            _state = model.CreateState(depth: options.Exits);
            _state.Cancellation = cancellation;
        }

        _sampler = new(options, vocabulary);
        _probabilities = options.LogProbabilities is { } count ? new LogProbabilityReader(vocabulary, count) : null;
        _text = new(prompt.Count + Math.Min(options.MaxTokens, Reserved));
        _text.AddRange(prompt);
        _unread = Math.Min(_text.Count, _state.Room);
    }

    /// <summary>New tokens so far, without a stop token.</summary>
    public int Count => _text.Count - _promptLength;

    /// <summary>The newest token, which may be a stop token.</summary>
    public int Token { get; private set; }

    /// <summary>True when the newest token is a stop token, which ends the text before it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The log-probability of the newest token; null where nobody asks.</summary>
    public float? LogProbability => _probabilities?.Of(Token);

    /// <summary>The likeliest tokens in place of the newest one.</summary>
    public IReadOnlyList<TokenLogProbability> Likeliest => _probabilities?.Likeliest() ?? [];

    /// <summary>True when there is no next token: the text has all its tokens, or the newest one is a stop token.</summary>
    public bool IsOver => IsStopped || Count >= _options.MaxTokens;

    /// <summary>What the model has read.</summary>
    public LanguageModelState State => _state;

    /// <summary>The tokens that the model must read before the next one can be drawn, at least one.</summary>
    public ReadOnlySpan<int> Unread
    {
        get
        {
            if (_unread > _state.Room)
            {
                _state.Reset();
                _unread = Math.Max(1, _state.Room - _options.WindowStride + 1);
            }

            return CollectionsMarshal.AsSpan(_text)[^_unread..];
        }
    }

    /// <summary>Reads what is unread and draws the next token.</summary>
    /// <returns>False when there is none (<see cref="IsOver"/>).</returns>
    public bool MoveNext()
    {
        if (IsOver)
        {
            return false;
        }

        _logits ??= new float[_model.Config.Vocab];
        using (DeviceScope.Enter(_device))
        using (_step.Open())
        {
            ReadOnlySpan<int> unread = Unread;
            _model.Step(Tensor.From(unread, new Shape(1, unread.Length)), _state).CopyTo(_logits);
        }

        return Draw(_logits);
    }

    /// <summary>Takes note that the first of the unread tokens, but not the last one, were read.</summary>
    /// <param name="count">How many.</param>
    public void Read(int count) => _unread -= count;

    /// <summary>Draws the next token; all tokens have been read.</summary>
    /// <param name="logits">The scores of all tokens, which processors may change.</param>
    /// <returns>False where it is a stop token.</returns>
    public bool Draw(Span<float> logits)
    {
        if (_probabilities is not null)
        {
            Sampler.RequireFinite(logits);
            _probabilities.Read(logits);
        }

        Token = _sampler.Next(logits[.._vocabulary], CollectionsMarshal.AsSpan(_text), _promptLength);
        if (_options.StopTokens.Contains(Token))
        {
            IsStopped = true;
            return false;
        }

        if (_options.ExitObserver is { } observer && !_state.Exits.IsEmpty)
        {
            observer(_state.Exits[0]);
        }

        _text.Add(Token);
        _unread = 1;
        return true;
    }

    /// <summary>Gives the memory of steps and of the text's state back.</summary>
    public void Dispose()
    {
        _step.Dispose();
        _state.Release();
    }
}
