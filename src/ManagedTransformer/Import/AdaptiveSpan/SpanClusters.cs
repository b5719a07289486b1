using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules.Adaptive;

namespace ManagedTransformer.Import.AdaptiveSpan;

/// <summary>Adaptive input and softmax of a span model: sizes from the shapes of the clusters' tables.</summary>
internal static class SpanClusters
{
    /// <summary>How the vocabulary is divided.</summary>
    /// <exception cref="InputException">Widths that do not fall by one factor.</exception>
    public static AdaptiveClusters Read(ImportSource source, StateDictionary state)
    {
        int count = Count(state);
        if (count < 2)
        {
            throw source.Refuse("its adaptive input has a single cluster, which needs none");
        }

        List<int> cutoffs = [];
        for (int i = 0, end = 0; i < count - 1; i++)
        {
            end += state.Size(Table(i), 2, 0);
            cutoffs.Add(end);
        }

        int dim = state.Size(Projection(0), 2, 0), first = state.Size(Table(0), 2, 1), second = state.Size(Table(1), 2, 1);
        int div = Math.Max(1, first / second);
        for (int i = 0, width = dim; i < count; i++, width /= div)
        {
            if (state.Size(Table(i), 2, 1) != width)
            {
                throw source.Refuse($"the width of '{Table(i)}' is {state.Size(Table(i), 2, 1)} instead of {width}: with a width of {dim}, "
                    + $"a factor of {div} is taken from the first two clusters");
            }
        }

        return new AdaptiveClusters { Cutoffs = cutoffs, Div = div, Form = AdaptiveForm.Biased };
    }

    /// <summary>Number of ids.</summary>
    public static int Vocabulary(StateDictionary state) =>
        checked(Enumerable.Range(0, Count(state)).Sum(cluster => state.Size(Table(cluster), 2, 0)));

    /// <summary>Whether the softmax has the tables and projections of the input.</summary>
    public static bool AreTied(StateDictionary state, int clusters) => Enumerable.Range(0, clusters).All(i =>
        state.AreEqual(Table(i), $"out_emb.out_layers.{i}.weight") && state.AreEqual(Projection(i), $"out_emb.out_projs.{i}"));

    /// <summary>Adds the rules of input and softmax.</summary>
    public static void Map(WeightPlan plan, int clusters, bool isTied)
    {
        for (int i = 0; i < clusters; i++)
        {
            plan.Copy($"embed.clusters.{i}.weight", Table(i));
            plan.Copy($"embed.clusters.{i}.proj.weight", Projection(i));
            plan.Copy($"output.clusters.{i}.bias", $"out_emb.out_layers.{i}.bias");
            if (isTied)
            {
                plan.State.Use($"out_emb.out_layers.{i}.weight");
                plan.State.Use($"out_emb.out_projs.{i}");
            }
            else
            {
                plan.Copy($"output.clusters.{i}.weight", $"out_emb.out_layers.{i}.weight");
                plan.Copy($"output.clusters.{i}.proj.weight", $"out_emb.out_projs.{i}");
            }
        }

        plan.CopyBoth("output.cluster", "out_emb.cluster_proj");
    }

    private static int Count(StateDictionary state) => state.Numbers("in_emb.emb_layers.").Count;

    private static string Table(int cluster) => $"in_emb.emb_layers.{cluster}.weight";

    private static string Projection(int cluster) => $"in_emb.emb_projs.{cluster}";
}
