using System.Threading.Channels;

namespace ManagedTransformer.Generation.Batching;

/// <summary>A text in a <see cref="GenerationBatch"/>: the worker writes its steps, whoever asked for it reads them.</summary>
/// <param name="generation">What is generated.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class BatchedText(TextGeneration generation, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Channel<GenerationStep> _steps = Channel.CreateUnbounded<GenerationStep>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>True when nobody wants more of it.</summary>
    public bool IsGivenUp => _end.IsCancellationRequested;

    /// <summary>The text, from <see cref="Begin"/> on.</summary>
    public TextRun? Run { get; private set; }

    /// <summary>Steps that are done.</summary>
    public ChannelReader<GenerationStep> Steps => _steps.Reader;

    /// <summary>Begins it.</summary>
    public void Begin() => Run = generation.Begin(_end.Token);

    /// <summary>Tells a step.</summary>
    public void Write(GenerationStep step) => _steps.Writer.TryWrite(step);

    /// <summary>Ends it, for a reason that its reader gets, or for none.</summary>
    public void End(Exception? reason)
    {
        Run?.Dispose();
        _steps.Writer.TryComplete(reason);
    }

    /// <summary>Lets the worker know that nobody wants more of it.</summary>
    public void GiveUp() => _end.Cancel();

    /// <summary>Lets go of the caller's cancellation.</summary>
    public void Dispose() => _end.Dispose();
}
