using ManagedTransformer.Checkpoints;
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
    /// <exception cref="InputException">A model cannot be read or has other tensors or another tokenizer than the first, or the output is
    /// not empty or cannot be written.</exception>
    public static TrainedModel Run(IReadOnlyList<string> folders, string output)
    {
        CheckpointFolder.RequireFree(output);
        TrainedModel mean = Load(folders);
        mean.SaveNew(output);
        return mean;
    }

    /// <summary>Averages checkpoints.</summary>
    /// <param name="folders">What <see cref="TrainedModel.Open"/> reads, at least one.</param>
    /// <exception cref="InputException">A model cannot be read, or has other tensors than the first.</exception>
    public static TrainedModel Load(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        TrainedModel mean = TrainedModel.Open(folders[0]);
        mean.RequireFloats(folders[0], "averaged");
        List<NamedBuffer> tensors = ModuleWeights.Tensors(mean.Module);
        List<double[]> sums = [.. tensors.Select(ToDoubles)];
        foreach (string folder in folders.Skip(1))
        {
            Add(sums, tensors, folder, folders[0]);
        }

        for (int i = 0; i < sums.Count; i++)
        {
            tensors[i].Buffer.CopyFrom(Array.ConvertAll(sums[i], sum => (float)(sum / folders.Count)));
        }

        return mean;
    }

    private static void Add(List<double[]> sums, List<NamedBuffer> tensors, string folder, string first)
    {
        List<NamedBuffer> others = ModuleWeights.Tensors(TrainedModel.Open(folder).Module);
        if (!others.Select(named => (named.Name, named.Buffer.Shape))
            .SequenceEqual(tensors.Select(named => (named.Name, named.Buffer.Shape))))
        {
            throw new InputException(
                $"The models in '{first}' and '{folder}' do not have the same tensors; only checkpoints of one model can be averaged.");
        }

        if (_tokenizerFiles.Any(file => Differ(first, folder, file)))
        {
            throw new InputException(
                $"The models in '{first}' and '{folder}' have different tokenizers; only checkpoints of one model can be averaged.");
        }

        for (int i = 0; i < sums.Count; i++)
        {
            double[] values = ToDoubles(others[i]);
            TensorPrimitives.Add(sums[i], values, sums[i]);
        }
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
