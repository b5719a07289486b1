using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>Adaptive input and softmax of a language model of fairseq.</summary>
/// <param name="file">The checkpoint, whose plan gets the rules.</param>
/// <param name="prefix">What stands before the tables of the input, for instance <c>decoder.embed_tokens</c>.</param>
internal sealed class FairseqAdaptive(FairseqFile file, string prefix)
{
    private const string Softmax = "decoder.adaptive_softmax";

    private readonly StateDictionary _state = file.State;

    /// <summary>How the vocabulary is divided.</summary>
    /// <param name="vocab">Number of ids.</param>
    /// <param name="form">The form of the softmax.</param>
    /// <exception cref="InputException">Input and softmax are divided differently, or the factor is no whole number from 2 on.</exception>
    public AdaptiveClusters Read(int vocab, AdaptiveForm form)
    {
        List<int> input = Cutoffs("adaptive_input_cutoff", vocab), output = Cutoffs("adaptive_softmax_cutoff", vocab);
        double factor = file.Settings.Number("adaptive_input_factor") ?? 4;
        double outputFactor = file.Settings.Number("adaptive_softmax_factor") ?? 4;
        if (!input.SequenceEqual(output) || factor != outputFactor)
        {
            throw file.Source.Refuse(
                $"its adaptive input is cut at {string.Join(", ", input)} with the factor {factor}, its adaptive softmax at "
                + $"{string.Join(", ", output)} with {outputFactor}; both must agree");
        }

        if (input.Count + 1 != _state.Numbers($"{prefix}.embeddings.").Count)
        {
            throw file.Settings.Unsupported("adaptive_input_cutoff");
        }

        return factor == Math.Floor(factor) && factor is >= 2 and <= 1024 && input.Count > 0
            ? new AdaptiveClusters
            {
                Cutoffs = input,
                Div = (int)factor,
                Form = form,
                Scale = file.Settings.Flag("no_scale_embedding") ? false : null,
                Dropout = file.Settings.Rate("adaptive_softmax_dropout"),
            }
            : throw file.Settings.Unsupported(input.Count == 0 ? "adaptive_input_cutoff" : "adaptive_input_factor");
    }

    /// <summary>Number of ids.</summary>
    /// <param name="table">The table of a cluster.</param>
    public int Vocabulary(Func<int, string> table)
    {
        int total = 0;
        foreach (int cluster in _state.Numbers($"{prefix}.embeddings."))
        {
            total = checked(total + _state.Size(table(cluster), 2, 0));
        }

        return total;
    }

    /// <summary>Whether the softmax has the tables of the input.</summary>
    public bool HasTiedTables(int clusters, Func<int, string> table) => _state.AreEqual(table(0), $"{Softmax}.head.word_proj.weight")
        && Enumerable.Range(1, clusters - 1).All(i => _state.AreEqual(table(i), TailTable(i)));

    /// <summary>Whether the softmax has the projections of the input.</summary>
    public bool HasTiedProjections(int clusters, Func<int, string> projection) =>
        Enumerable.Range(1, clusters - 1).All(i => _state.AreEqual(projection(i), TailProjection(i)));

    /// <summary>Name of a cluster's table in the softmax, from 1 on.</summary>
    public static string TailTable(int cluster) => $"{Softmax}.tail.{cluster - 1}.2.weight";

    /// <summary>Name of a cluster's projection in the softmax, from 1 on.</summary>
    public static string TailProjection(int cluster) => $"{Softmax}.tail.{cluster - 1}.0.weight";

    /// <summary>Adds the rules of a softmax in fairseq's own form.</summary>
    /// <param name="clusters">How the vocabulary is divided.</param>
    /// <param name="dim">Width of the model.</param>
    /// <param name="isTied">Whether both tables and projections are the input's.</param>
    public void MapSoftmax(AdaptiveClusters clusters, int dim, bool isTied)
    {
        WeightPlan plan = file.Plan;
        const string Whole = $"{Softmax}.head.weight", Words = $"{Softmax}.head.word_proj.weight",
            Classes = $"{Softmax}.head.class_proj.weight";
        if (_state.Has(Whole))
        {
            plan.Rows("head.bands.0.weight", Whole, 0, clusters.Cutoffs[0]);
            plan.Rows("head.class.weight", Whole, clusters.Cutoffs[0], clusters.Cutoffs.Count);
        }
        else
        {
            plan.Copy("head.class.weight", Classes);
            UseOrCopy("head.bands.0.weight", Words);
        }

        for (int i = 1; i < clusters.Cutoffs.Count + 1; i++)
        {
            UseOrCopy($"head.bands.{i}.weight", TailTable(i));
            string projection = TailProjection(i);
            if (isTied)
            {
                _state.Use(projection);
            }
            else if (_state.Get(projection) is { Sizes: [var rows, _] } && rows == dim)
            {
                // A projection of the input, used from its other side.
                plan.Copy($"head.proj.{i}.weight", projection);
            }
            else
            {
                plan.SwapLast($"head.proj.{i}.weight", projection);
            }
        }

        void UseOrCopy(string ours, string theirs)
        {
            if (isTied)
            {
                _state.Use(theirs);
            }
            else
            {
                plan.Copy(ours, theirs);
            }
        }
    }

    // The last cut may be the whole vocabulary.
    private List<int> Cutoffs(string name, int vocab)
    {
        List<int> cutoffs = [.. file.Settings.List(name) ?? []];
        if (cutoffs.Count > 0 && cutoffs[^1] == vocab)
        {
            cutoffs.RemoveAt(cutoffs.Count - 1);
        }

        return cutoffs;
    }
}
