using ManagedTransformer.Generation;
using ManagedTransformer.Recipes;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Training;

/// <summary>What a training run takes besides its recipe.</summary>
public sealed record TrainingOptions
{
    /// <summary>What errors call <see cref="Set"/>.</summary>
    internal const string SetOption = "TrainingOptions.Set";

    /// <summary>Names the recipe in errors: its file, where it has one.</summary>
    public string RecipeName { get; init; } = "The recipe";

    /// <summary>Folder that receives <c>best/</c>, <c>last/</c>, <c>recipe.json</c> and <c>log.jsonl</c>.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// Training text instead of the recipe's; for translation <c>SOURCE_FILE,TARGET_FILE</c>, a TSV or <c>builtin:translation</c>.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>Sentence pairs to validate a translation model on instead of the recipe's, in the form of <see cref="Data"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>
    /// What happens to sentence pairs of which a side is longer than a translation model reads or a batch holds. Null: training pairs are
    /// left out with a note, as fairseq does, and validation pairs are refused, since a score must cover every line. Training pairs cannot
    /// be empty: <see cref="TooLongSentences.Empty"/> leaves them out.
    /// </summary>
    public TooLongSentences? TooLong { get; init; }

    /// <summary>
    /// A model folder to start from instead of random weights: model and tokenizer are the folder's, everything else is the recipe's, and
    /// training begins at step 0 with an empty optimiser. A checkpoint that <see cref="Resume"/> finds takes precedence. Null: the recipe's
    /// model with random weights.
    /// </summary>
    public string? Init { get; init; }

    /// <summary>
    /// Other values of the recipe's keys, <c>KEY=VALUE</c> each, as for <see cref="Recipes.Recipe.With"/>, every key once. A run that is
    /// resumed keeps those that it began with.
    /// </summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Updates instead of the recipe's number.</summary>
    public long? Steps { get; init; }

    /// <summary>Decides initial weights, batches and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Continues from the output folder's last checkpoint, if there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Also writes what the log says as event files of TensorBoard (<c>events.out.tfevents.*</c>) into the output folder; a resumed run
    /// begins another file.
    /// </summary>
    public bool TensorBoard { get; init; }

    /// <summary>
    /// Processes that share the batches of every update, of which this is one; their number divides the recipe's <c>accumulate</c>. The
    /// weights have the same bits as those of one process alone. The first worker evaluates and writes. Null: this process alone.
    /// </summary>
    public WorkerGroup? Workers { get; init; }

    /// <summary>
    /// Whether each of several workers keeps the optimiser's state of a part of the parameters only, and updates that part.
    /// </summary>
    public bool ShardOptimizer { get; init; }

    /// <summary>
    /// Whether a GPU is asked for forward and backward passes by a recording of an earlier one, where they ask for the same every time:
    /// language models whose batches have one shape. The weights have the same bits; the host has less to do, which is what small models
    /// wait for. Other models, and the CPU, train as ever.
    /// </summary>
    public bool Replay { get; init; }

    /// <summary>Refuses changes of keys that another option gives, of which one would count for nothing.</summary>
    /// <param name="changes">Changes of the recipe, <c>KEY=VALUE</c> each.</param>
    /// <exception cref="InputException">Both are given.</exception>
    internal void RequireKeysOnce(IEnumerable<string> changes)
    {
        Require(Steps, nameof(Steps), "training.steps");
        Require(Data, nameof(Data), "data.source");
        Require(Data, nameof(Data), "data.target");
        Require(Validation, nameof(Validation), "data.validation_source");
        Require(Validation, nameof(Validation), "data.validation_target");

        void Require(object? value, string property, string key)
        {
            if (value is not null && RecipeChanges.Giving(changes, key, SetOption) is { } given)
            {
                string option = $"TrainingOptions.{property}";
                throw new InputException($"{option} is {value} and {SetOption} gives {given}: leave one out.") { Option = option };
            }
        }
    }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range, or a path that is empty.</exception>
    internal void Validate()
    {
        RequireName(Output, nameof(Output));
        RequireName(Data, nameof(Data));
        RequireName(Validation, nameof(Validation));
        RequireName(Init, nameof(Init));
        if (Set is null || Set.Contains(null!))
        {
            throw new InputException("TrainingOptions.Set is null or has null in it; it must list KEY=VALUE, or be empty.");
        }

        if (Steps is <= 0)
        {
            throw new InputException($"The number of steps (TrainingOptions.Steps) is {Steps}, it must be positive.");
        }

        RecipeChanges.RequireOnce(Set, SetOption);
        RequireKeysOnce(Set);

        static void RequireName(string? value, string property)
        {
            if (value is { Length: 0 })
            {
                throw new InputException($"TrainingOptions.{property} is empty; it must name something, or, where it may, be null.");
            }
        }
    }
}
