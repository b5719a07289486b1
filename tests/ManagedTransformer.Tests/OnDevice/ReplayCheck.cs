using System.Security.Cryptography;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>
/// What must hold for a run whose passes are replayed: it has the bits of one whose passes are not, in one piece and resumed, and passes
/// are replayed where they can be and nowhere else.
/// </summary>
internal sealed class ReplayCheck : IDisposable
{
    private const int Steps = 8, Cut = 5;

    // Its streams end, and states are forgotten, within a run.
    private const string ShortText = "spans on a short text";

    // Recipes of architectures, what is set in them, and how many passes are replayed in a run without a break.
    private static readonly Dictionary<string, (string Recipe, string[] Set, long Replays)> _cases = new()
    {
        ["softmax"] = ("softmax", ["model.dropout=0", "training.ema={\"decay\":0.9}", "training.evaluate_every=3"], Steps - 3),
        ["rows"] = ("pkm", [], Steps - 3),
        ["accumulated"] = ("pkm", ["training.accumulate=2", "model.dropout=0.1"], (2 * (Steps - 1)) - 2),
        ["dropout"] = ("softmax", ["model.attention_dropout=0.2"], Steps - 3),
        ["padding"] = ("softmax", ["model.padding_idx=0"], 0),
        ["spans"] = ("adaptive_span", ["model.span.limit=200", "model.span.initial=0.66"], Steps - 5),
        [ShortText] = ("dynamic_span", [], 2),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly (string Recipe, string[] Set, long Replays) _case;
    private readonly Recipe _recipe;
    private readonly Device _device;

    private ReplayCheck(string name, Device device)
    {
        (_case, _device) = (_cases[name], device);
        _recipe = ArchitectureRecipes.Load(_case.Recipe, _folder["recipe.json"]);
        File.WriteAllText(_folder["text.txt"],
            string.Concat(Enumerable.Range(0, name == ShortText ? 24 : 300).Select(i => $"{i} and {i + 1} make {(2 * i) + 1}.\n")));
    }

    public static IEnumerable<string> Names => _cases.Keys;

    /// <summary>Checks a case.</summary>
    /// <returns>What does not hold, one line each.</returns>
    public static string Run(string name, Device device)
    {
        using ReplayCheck check = new(name, device);
        return string.Join('\n', check.Failures().Select(failure => $"{name}: {failure}"));
    }

    public void Dispose() => _folder.Dispose();

    private IEnumerable<string> Failures()
    {
        Train("plain", replay: false);
        TrainingRun run = Train("replayed", replay: true);
        if (run.Trainer.Replays != _case.Replays)
        {
            yield return $"{run.Trainer.Replays} passes were replayed instead of {_case.Replays} ({run.Trainer.ReplayObstacle})";
        }

        if (run.Notes.Count(note => note.StartsWith("No step is replayed", StringComparison.Ordinal)) != (_case.Replays > 0 ? 0 : 1))
        {
            yield return $"of what is not replayed is told: {string.Join(' ', run.Notes)}";
        }

        if (Hash("plain") != Hash("replayed"))
        {
            yield return "replayed passes ended with other bits";
        }

        if (_case.Replays > 0)
        {
            Train("cut", replay: true, Cut);
            Train("cut", replay: true);
            if (Hash("plain") != Hash("cut"))
            {
                yield return "a run that was cut and resumed ended with other bits";
            }
        }
    }

    private TrainingRun Train(string output, bool replay, int? cut = null)
    {
        using DeviceScope scope = new(_device);
        using CancellationTokenSource source = new();
        TrainingRun run = TrainingRun.Prepare(_recipe, new TrainingOptions
        {
            Output = _folder[output],
            Data = _folder["text.txt"],
            Set = _case.Set,
            Steps = Steps,
            Resume = true,
            Replay = replay,
        });
        run.Run(
            progress =>
            {
                if (progress.Step == cut)
                {
                    source.Cancel();
                }
            },
            source.Token);
        return run;
    }

    private string Hash(string output) =>
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(_folder[output], "last"), "*.safetensors").Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
