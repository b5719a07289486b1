using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Batching;

namespace ManagedTransformer.Server.Generations;

/// <summary>The texts of one request: they join a batch together or not at all, and one that fails ends all of them.</summary>
internal sealed class TextGroup : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly IReadOnlyList<IAsyncEnumerable<GenerationStep>> _texts;

    /// <summary>Adds texts to a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellation">Takes them out again.</param>
    /// <exception cref="BatchFullException">Not all of them find a place.</exception>
    public TextGroup(GenerationBatch batch, IReadOnlyList<TextGeneration> texts, CancellationToken cancellation)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            _texts = batch.AddAll(texts, _end.Token);
        }
        catch
        {
            _end.Dispose();
            throw;
        }
    }

    /// <summary>The steps of all texts with the number of the text, as they come.</summary>
    public async IAsyncEnumerable<(int Index, GenerationStep Step)> StepsAsync(
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Channel<(int Index, GenerationStep Step)> steps = Channel.CreateUnbounded<(int, GenerationStep)>();
        Task all = Task.WhenAll(_texts.Select((text, index) => ForwardAsync(index, text, steps.Writer)));
        _ = all.ContinueWith(_ => steps.Writer.TryComplete(), TaskScheduler.Default);
        await foreach ((int Index, GenerationStep Step) step in steps.Reader.ReadAllAsync(cancellation))
        {
            yield return step;
        }
    }

    /// <summary>Takes texts out of the batch that are not over.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private static async Task ForwardAsync(
        int index, IAsyncEnumerable<GenerationStep> text, ChannelWriter<(int Index, GenerationStep Step)> steps)
    {
        try
        {
            await foreach (GenerationStep step in text)
            {
                steps.TryWrite((index, step));
            }
        }
        catch (Exception fault)
        {
            steps.TryComplete(fault);
        }
    }
}
