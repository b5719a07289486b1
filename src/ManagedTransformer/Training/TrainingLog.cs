using System.Globalization;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Files;

namespace ManagedTransformer.Training;

/// <summary>The <c>log.jsonl</c> of a run: one object per report. A resumed run cuts the lines of updates that it repeats.</summary>
internal sealed class TrainingLog : IDisposable
{
    private const string ValidationLoss = "validation_loss";
    private const long NoStep = long.MaxValue;

    private readonly FileStream _file;

    /// <summary>Opens the log of a run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fromStep">Updates done before.</param>
    /// <param name="isEvaluationDue">Whether the run evaluates that step again, of which there may be a line already.</param>
    /// <exception cref="InputException">It cannot be written, or is a pipe or a device.</exception>
    public TrainingLog(string path, long fromStep, bool isEvaluationDue = false)
    {
        InputFile.RequireRegular(path);
        try
        {
            if (File.Exists(path))
            {
                string[] kept = [.. File.ReadLines(path).Where(IsKept)];
                AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
            }

            // Every line in one call: a killed run leaves whole ones and at most one cut one, and nothing that is written later.
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The log '{path}' cannot be written: {e.Message}", e);
        }

        bool IsKept(string line)
        {
            (long step, bool isEvaluation) = Read(line);
            return step < fromStep || (step == fromStep && !(isEvaluation && isEvaluationDue));
        }
    }

    /// <summary>Says which lines a run that goes on drops, since no run wrote them; the last one may be cut, and needs no words.</summary>
    /// <param name="path">The file; nothing needs to be there.</param>
    /// <returns>A sentence; null where there is none.</returns>
    /// <exception cref="InputException">It is a pipe or a device.</exception>
    public static string? DescribeStrangers(string path)
    {
        InputFile.RequireRegular(path);
        try
        {
            string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
            int[] strangers = [.. Enumerable.Range(0, Math.Max(0, lines.Length - 1)).Where(i => Read(lines[i]).Step == NoStep)];
            string more = strangers.Length > 1 ? $", nor are {strangers.Length - 1:N0} behind it" : "";
            return strangers.Length == 0 ? null
                : $"Line {strangers[0] + 1} of '{path}' is no line of a training log{more}: what no run wrote is left out from now on.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Whoever opens the log says so.
        }
    }

    public void Write(in TrainingProgress progress)
    {
        string line = Invariant($$"""{"step":{{progress.Step}},"seconds":{{progress.Seconds:F3}}""")
            + (progress.Validation is { } validation ? Members(validation) : Members(progress)) + "}";
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (IOException e)
        {
            throw new InputException($"The log cannot be written: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Members(ValidationResult validation) => Number(ValidationLoss, validation.Loss)
        + Optional("validation_bits_per_char", validation.BitsPerCharacter) + Optional("validation_bleu", validation.Bleu)
        + Transfer(validation) + $",\"best\":{(validation.IsBest ? "true" : "false")}{(validation.IsPart ? ",\"part\":true" : "")}";

    private static string Members(in TrainingProgress progress) => Number("loss", progress.Loss)
        + Optional("bits_per_char", progress.BitsPerCharacter) + Number("learning_rate", progress.LearningRate)
        + Number("gradient_norm", progress.GradientNorm) + Invariant($",\"tokens_per_s\":{progress.TokensPerSecond:F0}");

    private static string Transfer(ValidationResult validation) => validation.TransferErrors is not { } layers
        ? ""
        : Optional("transfer_loss", validation.TransferLoss) + ",\"layers\":["
            + string.Join(",", layers.Select(layer => Invariant(
                $$"""{"layer":{{layer.Layer}},"mse":{{layer.Mse:R}},"relative_error":{{layer.RelativeError:R}}}"""))) + "]";

    private static string Optional(string key, double? value) => value is { } number ? Number(key, number) : "";

    // JSON has no infinity and no NaN.
    private static string Number(string key, double value) =>
        double.IsFinite(value) ? Invariant($",\"{key}\":{value:R}") : $",\"{key}\":null";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // A line that a killed run left half-written counts as the newest one and is cut.
    private static (long Step, bool IsEvaluation) Read(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("step").GetInt64(), json.RootElement.TryGetProperty(ValidationLoss, out _));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (NoStep, false);
        }
    }
}
