using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Runs;

/// <summary>
/// The <c>log.jsonl</c> of a training run, of this version or an older one: keys that are not known here are passed over.
/// </summary>
/// <param name="Updates">Logged updates, in order.</param>
/// <param name="Evaluations">Evaluations, in order.</param>
/// <param name="IsCut">Whether the last line is half-written, as a killed run leaves it; it is left out.</param>
public sealed record RunLog(IReadOnlyList<RunUpdate> Updates, IReadOnlyList<RunEvaluation> Evaluations, bool IsCut)
{
    private const string Step = "step", Validation = "validation_loss", Training = "loss";

    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false };

    /// <summary>Updates done at the last line.</summary>
    public long LastStep => Math.Max(Updates.Count > 0 ? Updates[^1].Step : 0, Evaluations.Count > 0 ? Evaluations[^1].Step : 0);

    /// <summary>Seconds at the last line that has them; null in logs of older versions.</summary>
    public double? LastSeconds =>
        Updates.Select(update => update.Seconds).Concat(Evaluations.Select(evaluation => evaluation.Seconds)).Max();

    /// <summary>Reads a log, also while its run goes on.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be read, has no line yet, or has one that no run writes; the message names the
    /// line.</exception>
    public static RunLog Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] text = ReadAll(path);
        List<RunUpdate> updates = [];
        List<RunEvaluation> evaluations = [];
        bool isCut = false;
        int number = 0;
        for (int start = 0; start < text.Length;)
        {
            int length = text.AsSpan(start).IndexOf((byte)'\n');
            bool isWhole = length >= 0;
            ReadOnlyMemory<byte> line = text.AsMemory(start, isWhole ? length : text.Length - start);
            start += line.Length + 1;
            Place place = new(path, ++number);
            if (line.Span.Trim(" \r\t"u8).Length == 0)
            {
                continue;
            }

            try
            {
                using JsonDocument json = JsonFile.Parse(line, path, _options);
                Add(json.RootElement, place, updates, evaluations);
            }
            catch (JsonException e) when (JsonPlace.FindRepeated(line.Span) is { } twice)
            {
                throw place.Error($"gives '{twice.Key}' twice", e);
            }
            catch (JsonException) when (!isWhole)
            {
                isCut = true;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // Half of a surrogate pair passes the parser and fails where it is read.
                throw place.Error("is no JSON", e);
            }
        }

        return updates.Count + evaluations.Count > 0
            ? new RunLog(updates, evaluations, isCut)
            : throw new InputException($"The log '{path}' has no line yet: its run has not reported anything.");
    }

    private static void Add(JsonElement line, Place place, List<RunUpdate> updates, List<RunEvaluation> evaluations)
    {
        if (line.ValueKind != JsonValueKind.Object)
        {
            throw place.Error("is no object");
        }

        bool isEvaluation = line.TryGetProperty(Validation, out _);
        if (!line.TryGetProperty(Step, out JsonElement member) || member.ValueKind != JsonValueKind.Number
            || !member.TryGetInt64(out long step) || step < 0)
        {
            throw place.Error($"has no number of updates under \"{Step}\"");
        }

        if (!isEvaluation && !line.TryGetProperty(Training, out _))
        {
            throw place.Error($"has neither \"{Training}\" nor \"{Validation}\"");
        }

        long before = Math.Max(updates.Count > 0 ? updates[^1].Step : 0, evaluations.Count > 0 ? evaluations[^1].Step : 0);
        if (step < before)
        {
            throw place.Error($"is of step {step}, which stands behind step {before}: it is of another run");
        }

        if (isEvaluation)
        {
            evaluations.Add(new RunEvaluation(step, Number("seconds"), Number(Validation), Number("validation_bits_per_char"),
                Number("validation_bleu"), Number("transfer_loss"),
                JsonFile.IsTrue(line, "best"))
            {
                IsPart = JsonFile.IsTrue(line, "part"),
            });
        }
        else
        {
            updates.Add(new RunUpdate(step, Number("seconds"), Number(Training), Number("bits_per_char"), Number("learning_rate"),
                Number("gradient_norm"), Number("tokens_per_s")));
        }

        double? Number(string key) => !line.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind != JsonValueKind.Number ? throw place.Error($"has no number under \"{key}\"")
            : value.GetDouble() is var number && double.IsFinite(number) ? number : null;
    }

    // The run that writes it may still have it open.
    private static byte[] ReadAll(string path)
    {
        try
        {
            InputFile.RequireRegular(path);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using MemoryStream content = new();
            file.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception e) when (InputFile.Describe(e, path) is { } reason)
        {
            throw new InputException(reason, e);
        }
    }

    private readonly record struct Place(string Path, int Line)
    {
        public InputException Error(string what) => new(Sentence(what));

        public InputException Error(string what, Exception inner) => new(Sentence(what), inner);

        private string Sentence(string what) => $"Line {Line} of '{Path}' {what}, so it is no line of a training log.";
    }
}
