using ManagedTransformer.Training.TensorBoard;

namespace ManagedTransformer.Training;

/// <summary>The lines of <c>log.jsonl</c> as an event file of TensorBoard. A resumed run begins another file.</summary>
/// <param name="folder">The folder of the run.</param>
/// <param name="step">Updates done before.</param>
/// <exception cref="InputException">No file can be written there.</exception>
internal sealed class TensorBoardLog(string folder, long step) : IDisposable
{
    private readonly EventFile _file = EventFile.Create(folder, step + 1);

    /// <summary>Adds a report.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(in TrainingProgress progress)
    {
        (string, double?)[] scalars = progress.Validation is { } validation
            ?
            [
                ("loss/validation", validation.Loss), ("bits_per_char/validation", validation.BitsPerCharacter),
                ("bleu/validation", validation.Bleu), ("loss/transfer", validation.TransferLoss),
            ]
            :
            [
                ("loss/training", progress.Loss), ("bits_per_char/training", progress.BitsPerCharacter),
                ("optimizer/learning_rate", progress.LearningRate), ("optimizer/gradient_norm", progress.GradientNorm),
                ("speed/tokens_per_s", progress.TokensPerSecond), ("speed/seconds", progress.Seconds),
            ];
        try
        {
            _file.Write(DateTimeOffset.UtcNow, progress.Step, scalars.Where(scalar => scalar.Item2 is not null)
                .Select(scalar => (scalar.Item1, scalar.Item2!.Value)));
        }
        catch (IOException e)
        {
            throw new InputException($"The event file cannot be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
