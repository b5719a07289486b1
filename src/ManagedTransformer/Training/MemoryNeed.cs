using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>
/// Refuses models that the machine's memory cannot hold, before they take it: a process that takes more is killed, without a word.
/// </summary>
internal static class MemoryNeed
{
    /// <summary>Refuses a model that cannot be trained here.</summary>
    /// <param name="shapes">The model without values (<see cref="Initialization.ShapesOnly"/>).</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="hasAdapters">Whether adapters alone are trained.</param>
    /// <param name="options">Names the recipe in errors, and may divide the optimiser's state among processes.</param>
    /// <exception cref="InputException">Weights, gradients and the optimiser's state take more than the machine has.</exception>
    public static void RequireToTrain(Module shapes, UpdateRecipe training, bool hasAdapters, TrainingOptions options) =>
        RequireToTrain(
            shapes, training, hasAdapters, options.RecipeName, options.ShardOptimizer ? options.Workers?.Count ?? 1 : 1);

    /// <summary>Refuses a model that cannot be trained here.</summary>
    /// <param name="shapes">The model without values.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="hasAdapters">Whether adapters alone are trained.</param>
    /// <param name="where">Named in errors.</param>
    /// <param name="shards">The processes that share the optimiser's state.</param>
    /// <exception cref="InputException">Weights, gradients and the optimiser's state take more than the machine has.</exception>
    public static void RequireToTrain(Module shapes, UpdateRecipe training, bool hasAdapters, string where, int shards = 1)
    {
        // At least: what is trained in part, and tables of which a step reads a few rows, have fewer gradients than weights.
        IReadOnlyList<NamedParameter> parameters = shapes.Parameters();
        long all = parameters.Sum(named => named.Parameter.Shape.Count);
        bool isPart = hasAdapters || training.Trained != TrainableParameters.All;
        long gradients = parameters.Where(named => !isPart && !OptimizerRecipe.IsValueTable(named.Name))
            .Sum(named => named.Parameter.Shape.Count);
        long averages = training.Ema is null ? 0 : gradients;
        long bytes = (sizeof(float) * (all + gradients + averages)) + (training.Optimizer.StateBytes * gradients / shards);
        string kept = averages > 0 ? "weights, their averages, gradients" : "weights, gradients";
        Require(all, bytes, where, $"to train, for {kept} and the optimiser's state");
    }

    /// <summary>Refuses a batch that cannot be trained on here.</summary>
    /// <param name="tokens">Tokens of the batch.</param>
    /// <param name="dim">Width of the model.</param>
    /// <param name="layers">Layers that the tokens pass.</param>
    /// <param name="where">Named in errors.</param>
    /// <param name="what">The key that decides the tokens.</param>
    /// <exception cref="InputException">What the layers hand on, of which backward needs every number, takes more than the machine has.
    /// </exception>
    public static void RequireForBatch(long tokens, int dim, int layers, string where, string what)
    {
        double bytes = (double)sizeof(float) * tokens * dim * layers;
        Require(bytes, $"{where}: {what} makes batches of {tokens:N0} tokens, for which {layers:N0} layers of width {dim:N0} keep at least "
            + $"{Gibibytes(bytes)} of memory");
    }

    /// <summary>Refuses a model whose weights do not fit here.</summary>
    /// <param name="shapes">The model without values.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">They take more than the machine has.</exception>
    public static void RequireToHold(Module shapes, string where) =>
        Require(shapes.ParameterCount, sizeof(float) * shapes.ParameterCount, where, "for their float32 weights");

    private static void Require(long parameters, long bytes, string where, string what) =>
        Require(bytes, $"{where}: the model has {parameters:N0} parameters, which need {Gibibytes(bytes)} of memory {what}");

    // Devices have memory of their own.
    private static void Require(double bytes, string need)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (Device.Current.IsHost && bytes > available)
        {
            throw new InputException($"{need}, and the machine has {Gibibytes(available)}.");
        }
    }

    private static string Gibibytes(double bytes) => $"{bytes / (double)(1 << 30):N1} GiB";
}
