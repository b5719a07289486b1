using System.Threading.Channels;

namespace ManagedTransformer.Generation.Batching;

/// <summary>A text in a <see cref="GenerationBatch"/>: the worker writes its steps, whoever asked for it reads them.</summary>
internal sealed class BatchedText : IDisposable
{
    private readonly TextGeneration _generation;
    private readonly CancellationTokenSource _end;
    private readonly Channel<GenerationStep> _steps = Channel.CreateUnbounded<GenerationStep>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private int _readers;

    /// <summary>A text that has not begun.</summary>
    /// <param name="generation">What is generated.</param>
    /// <param name="cancellation">Ends it.</param>
    public BatchedText(TextGeneration generation, CancellationToken cancellation)
    {
        _generation = generation;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Cancellation = _end.Token;
    }

    /// <summary>Requested when nobody wants more of it.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The text, from <see cref="Begin"/> on.</summary>
    public TextRun? Run { get; private set; }

    /// <summary>Steps that are done.</summary>
    public ChannelReader<GenerationStep> Steps => _steps.Reader;

    /// <summary>Lets one reader in.</summary>
    /// <exception cref="InvalidOperationException">There was one.</exception>
    public void BeginReading()
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException(
                "The steps of a text in a batch are enumerated once, and they have been; add the text again for another run.");
        }
    }

    /// <summary>Begins it.</summary>
    public TextRun Begin() => Run ??= _generation.Begin(Cancellation);

    /// <summary>Tells a step.</summary>
    public void Write(GenerationStep step) => _steps.Writer.TryWrite(step);

    /// <summary>Ends it, for a reason that its reader gets, or for none.</summary>
    public void End(Exception? reason = null)
    {
        Run?.Source.Dispose();
        _steps.Writer.TryComplete(reason);
    }

    /// <summary>Ends it where nobody wants more of it.</summary>
    /// <returns>Whether that is so.</returns>
    public bool EndIfGivenUp()
    {
        if (Cancellation.IsCancellationRequested)
        {
            End(new OperationCanceledException(Cancellation));
        }

        return Cancellation.IsCancellationRequested;
    }

    /// <summary>Lets the worker know that nobody wants more of it.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}
