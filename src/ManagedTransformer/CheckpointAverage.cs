using System.Text.Json.Nodes;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer;

/// <summary>
/// The mean of the weights of several checkpoints of one run, which usually predicts better than each of them (Vaswani et al., 2017,
/// average the last 5 or 20). A shared parameter counts once; optimisers' states are not averaged.
/// </summary>
public static class CheckpointAverage
{
    private static readonly string[] _tokenizerFiles =
        [CheckpointFolder.TokenizerFile, CheckpointFolder.SourceTokenizerFile, CheckpointFolder.TargetTokenizerFile];

    /// <summary>Averages checkpoints and writes the result; everything but the weights is the first one's.</summary>
    /// <param name="folders">What <see cref="TrainedModel.Open"/> reads, at least one.</param>
    /// <param name="output">The new folder, absent or empty.</param>
    /// <returns>The model as it was written.</returns>
    /// <exception cref="InputException">A model cannot be read or is another one than the first (tensors, tokenizer, configuration,
    /// or base of adapters), or the output is not empty or cannot be written.</exception>
    public static TrainedModel Run(IReadOnlyList<string> folders, string output)
    {
        CheckpointFolder.RequireFree(output);
        TrainedModel mean = Load(folders);
        mean.SaveNew(output);
        return mean;
    }

    /// <summary>Averages checkpoints.</summary>
    /// <param name="folders">What <see cref="TrainedModel.Open"/> reads, at least one.</param>
    /// <exception cref="InputException">A model cannot be read, or is another one than the first: tensors, tokenizer, configuration,
    /// or base of adapters.</exception>
    public static TrainedModel Load(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        TrainedModel mean = TrainedModel.Open(folders[0]);
        mean.RequireFloats(folders[0], "averaged");
        List<NamedBuffer> tensors = ModuleWeights.Tensors(mean.Module);
        List<double[]> sums = [.. tensors.Select(ToDoubles)];
        foreach (string folder in folders.Skip(1))
        {
            Add(sums, tensors, mean, folder, folders[0]);
        }

        for (int i = 0; i < sums.Count; i++)
        {
            tensors[i].Buffer.CopyFrom(Array.ConvertAll(sums[i], sum => (float)(sum / folders.Count)));
        }

        return mean;
    }

    private static void Add(List<double[]> sums, List<NamedBuffer> tensors, TrainedModel mean, string folder, string first)
    {
        TrainedModel model = TrainedModel.Open(folder);
        List<NamedBuffer> others = ModuleWeights.Tensors(model.Module);
        bool sameTensors = others.Select(named => (named.Name, named.Buffer.Shape))
            .SequenceEqual(tensors.Select(named => (named.Name, named.Buffer.Shape)));
        string? difference = !sameTensors ? "do not have the same tensors"
            : _tokenizerFiles.Any(file => Differ(first, folder, file)) ? "have different tokenizers"
            : mean.BaseChecksum != model.BaseChecksum ? "are adapters of different models"
            : DifferentKey(mean.Configuration, model.Configuration);
        if (difference is not null)
        {
            throw new InputException(
                $"The models in '{first}' and '{folder}' {difference}; only checkpoints of one model can be averaged.");
        }

        for (int i = 0; i < sums.Count; i++)
        {
            double[] values = ToDoubles(others[i]);
            TensorPrimitives.Add(sums[i], values, sums[i]);
        }
    }

    // Weights of the same shapes may still belong to other functions.
    private static string? DifferentKey(JsonNode first, JsonNode second)
    {
        Dictionary<string, string> one = JsonLeaves.Of(first), other = JsonLeaves.Of(second);
        return one.Keys.Union(other.Keys).FirstOrDefault(name => !IsForTraining(name) && Value(one, name) != Value(other, name)) is { } key
            ? $"differ in model.{key} ({Value(one, key)} and {Value(other, key)})"
            : null;

        static string Value(Dictionary<string, string> values, string key) => values.GetValueOrDefault(key, "absent");
    }

    private static bool IsForTraining(string key)
    {
        string name = key[(key.LastIndexOf('.') + 1)..];
        return name is "init" or "initial" or "initial_bias" or "penalty" || name.EndsWith("dropout", StringComparison.Ordinal);
    }

    // Weights of the same shapes may still belong to other words.
    private static bool Differ(string first, string second, string file)
    {
        string[] paths =
            [.. new[] { first, second }.Select(folder => Path.Combine(CheckpointFolder.Resolve(folder), file)).Where(File.Exists)];
        return paths.Length == 2 && !File.ReadAllBytes(paths[0]).AsSpan().SequenceEqual(File.ReadAllBytes(paths[1]));
    }

    private static double[] ToDoubles(NamedBuffer named)
    {
        float[] values = named.Buffer.ToArray();
        double[] doubles = new double[values.Length];
        TensorPrimitives.ConvertTruncating<float, double>(values, doubles);
        return doubles;
    }
}
