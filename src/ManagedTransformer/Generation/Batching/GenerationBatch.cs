using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation.Batching;

/// <summary>
/// Texts of several callers that share the steps of one model: a text joins and leaves between two tokens ("continuous batching"; Yu et
/// al., "Orca", 2022). All of them read the weights together, which is most of the work of a step; what a text says does not depend on the
/// others (<see cref="CausalLanguageModel.StepTogether"/>). It may be used by several threads.
/// </summary>
public sealed class GenerationBatch : IDisposable
{
    private readonly CausalLanguageModel _network;
    private readonly BatchOptions _options;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _work = new();
    private readonly List<BatchedText> _waiting = [];
    private readonly List<BatchedText> _running = [], _ready = [];
    private readonly List<int> _tokens = [];
    private readonly List<LanguageModelState> _states = [];
    private readonly StepScope _step = StepScope.Repeated(), _reading = StepScope.Repeated();
    private readonly Thread _worker;
    private float[] _logits = [];
    private bool _isClosed;
    private BatchLoad _load;

    /// <summary>A batch without texts, which begins to work.</summary>
    /// <param name="network">The network, which stays its caller's.</param>
    /// <param name="options">How many texts it takes; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option out of its range.</exception>
    public GenerationBatch(CausalLanguageModel network, BatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_network, _options) = (network, options ?? new BatchOptions());
        _options.Validate();
        _worker = new Thread(Work) { IsBackground = true, Name = nameof(GenerationBatch) };
        _worker.Start();
    }

    /// <summary>What it is doing.</summary>
    public BatchLoad Load
    {
        get
        {
            lock (_gate)
            {
                return _load with { Waiting = _waiting.Count };
            }
        }
    }

    /// <summary>Adds a text of the batch's network.</summary>
    /// <param name="generation">Not begun; what is known of it afterwards stands there.</param>
    /// <param name="cancellation">Takes it out again: a waiting text at once, a running one behind the token at hand, and while a prompt is
    /// read behind the layer at hand.</param>
    /// <returns>Its steps, to be enumerated once; whoever stops to do so takes it out. A second enumeration throws an
    /// <see cref="InvalidOperationException"/>.</returns>
    /// <exception cref="BatchFullException">No slot and no place in the queue is free.</exception>
    /// <exception cref="ArgumentException">The text is one of another network.</exception>
    /// <exception cref="ObjectDisposedException">The batch has ended.</exception>
    public IAsyncEnumerable<GenerationStep> Add(TextGeneration generation, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return AddAll([generation], cancellation)[0];
    }

    /// <summary>Adds several texts of the batch's network, or none of them.</summary>
    /// <param name="generations">Not begun, no one twice.</param>
    /// <param name="cancellation">Takes all of them out again.</param>
    /// <returns>The steps of each, as for <see cref="Add"/>.</returns>
    /// <exception cref="BatchFullException">Not all of them find a place.</exception>
    /// <exception cref="ArgumentException">A text is null, or one of another network.</exception>
    /// <exception cref="ObjectDisposedException">The batch has ended.</exception>
    public IReadOnlyList<IAsyncEnumerable<GenerationStep>> AddAll(
        IReadOnlyList<TextGeneration> generations, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(generations);
        if (generations.Any(generation => generation?.Network != _network))
        {
            throw new ArgumentException("A text is missing, or one of another network.", nameof(generations));
        }

        BatchedText[] texts = [.. generations.Select(generation => new BatchedText(generation, cancellation))];
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);

            // Who was given up and not yet noticed by the worker takes no place.
            _waiting.RemoveAll(given => given.EndIfGivenUp());
            if (_waiting.Count + (long)texts.Length > _options.Queue + (long)Math.Max(0, _options.Slots - _running.Count))
            {
                Array.ForEach(texts, text => text.Dispose());
                throw new BatchFullException(
                    $"All {_options.Slots} slots are taken, and so are the {_options.Queue} places of the queue.");
            }

            _waiting.AddRange(texts);
        }

        _work.Set();
        return [.. texts.Select(text => Read(text, CancellationToken.None))];
    }

    /// <summary>
    /// Ends all texts, each with an <see cref="OperationCanceledException"/>, and then the batch. A processor of one of its texts, which
    /// it would wait for, may call it too: then the texts end behind the step at hand.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        _work.Set();
        if (Thread.CurrentThread == _worker)
        {
            return;
        }

        _worker.Join();
        _work.Dispose();
    }

    private static async IAsyncEnumerable<GenerationStep> Read(
        BatchedText text, [EnumeratorCancellation] CancellationToken also)
    {
        text.BeginReading();
        try
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(text.Cancellation, also);
            await foreach (GenerationStep step in text.Steps.ReadAllAsync(end.Token).ConfigureAwait(false))
            {
                yield return step;
            }
        }
        finally
        {
            text.Dispose();
        }
    }

    private void Work()
    {
        using DeviceScope? device = DeviceScope.Enter(_network.Device);
        while (Admit())
        {
            try
            {
                ReadPrompts();
                Step();
            }
            catch (Exception fault)
            {
                // A fault of the step that they share.
                EndAll(fault);
            }
        }

        EndAll(new OperationCanceledException("The model is no longer served."));
        _step.Dispose();
        _reading.Dispose();
    }

    // Takes texts out that nobody wants and lets others in; waits where there are none. False at the end.
    private bool Admit()
    {
        while (true)
        {
            _running.RemoveAll(text => text.EndIfGivenUp());
            lock (_gate)
            {
                _work.Reset();
                _waiting.RemoveAll(text => text.EndIfGivenUp());
                int free = Math.Min(_options.Slots - _running.Count, _waiting.Count);
                _running.AddRange(_waiting.Take(free));
                _waiting.RemoveRange(0, free);
                _load = _load with
                {
                    Running = _running.Count,
                    StateBytes = _running.Sum(text => text.Run?.Source.State.Bytes ?? 0),
                };
                if (_isClosed)
                {
                    return false;
                }
            }

            if (_running.Count > 0)
            {
                return true;
            }

            _work.Wait();
        }
    }

    // Pieces of the prompts that have waited longest, together no longer than one may be, so that the other texts go on. Where a prompt
    // is cut does not depend on the others, nor do its bits.
    private void ReadPrompts()
    {
        for (int left = _options.PromptPiece; left > 0;)
        {
            if (_running.Find(text => text.Run is null || text.Run.Source.Unread.Length > 1) is not { } text)
            {
                return;
            }

            left -= ReadPrompt(text, left);
        }
    }

    // Tokens read; all that may be read if there was no room for a piece.
    private int ReadPrompt(BatchedText text, int most)
    {
        try
        {
            TextRun run = text.Begin();
            if (run.Finish is not null)
            {
                Leave(text, null);
                return 0;
            }

            ReadOnlySpan<int> unread = run.Source.Unread;
            int count = Math.Min(unread.Length, _options.PromptPiece);
            if (count > most)
            {
                return most;
            }

            bool isWhole = count == unread.Length;
            using (_reading.Open())
            {
                Tensor scores = _network.Step(Tensor.From(unread[..count], new Shape(1, count)), run.Source.State);
                if (isWhole)
                {
                    scores.CopyTo(Logits(1));
                }
            }

            Count(prompt: count, tokens: 0, steps: 0);
            if (isWhole)
            {
                Take(text, Logits(1));
            }
            else
            {
                run.Source.Read(count);
            }

            return count;
        }
        catch (Exception fault)
        {
            // What is wrong with a prompt, or that it was given up, ends that text alone.
            Leave(text, fault);
            return 0;
        }
    }

    // A token of every text whose prompt is read.
    private void Step()
    {
        _ready.Clear();
        _tokens.Clear();
        _states.Clear();
        foreach (BatchedText text in _running)
        {
            if (text.Run is { } run && run.Source.Unread is [int token])
            {
                _ready.Add(text);
                _tokens.Add(token);
                _states.Add(run.Source.State);
            }
        }

        if (_ready.Count == 0)
        {
            return;
        }

        int width = _network.Config.Vocab;
        using (_step.Open())
        {
            _network.StepTogether(CollectionsMarshal.AsSpan(_tokens), _states).CopyTo(Logits(_ready.Count));
        }

        Count(prompt: 0, tokens: 0, steps: 1);
        for (int i = 0; i < _ready.Count; i++)
        {
            Take(_ready[i], _logits.AsSpan(i * width, width));
        }
    }

    // Draws a token; what is wrong with a text ends that text alone.
    private void Take(BatchedText text, Span<float> logits)
    {
        try
        {
            GenerationStep step = text.Run!.Take(text.Run.Source.Draw(logits));
            Count(prompt: 0, tokens: 1, steps: 0);
            text.Write(step);
            if (step.Finish is not null)
            {
                Leave(text, null);
            }
        }
        catch (Exception fault)
        {
            Leave(text, fault);
        }
    }

    private void Leave(BatchedText text, Exception? reason)
    {
        _running.Remove(text);
        text.End(reason);
    }

    private void EndAll(Exception reason)
    {
        lock (_gate)
        {
            foreach (BatchedText text in _isClosed ? [.. _running, .. _waiting] : _running)
            {
                text.End(reason);
            }

            _running.Clear();
            if (_isClosed)
            {
                _waiting.Clear();
            }

            _load = _load with { Running = 0, StateBytes = 0 };
        }
    }

    private Span<float> Logits(int rows)
    {
        int size = checked(rows * _network.Config.Vocab);
        _logits = _logits.Length < size ? new float[size] : _logits;
        return _logits.AsSpan(0, size);
    }

    private void Count(int prompt, int tokens, int steps)
    {
        lock (_gate)
        {
            _load = _load with
            {
                PromptTokens = _load.PromptTokens + prompt,
                Tokens = _load.Tokens + tokens,
                Steps = _load.Steps + steps,
            };
        }
    }
}
