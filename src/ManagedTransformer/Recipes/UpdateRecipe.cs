using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Recipes;

/// <summary>How to update a model of any kind, and when to look at it.</summary>
public abstract record UpdateRecipe
{
    /// <summary>The path of <see cref="Precision"/>.</summary>
    internal const string PrecisionKey = "training.precision";

    /// <summary>The precision where none is stated: that of every device unless a program sets another.</summary>
    internal const string UnstatedPrecision = "float32";

    /// <summary>Updates.</summary>
    public long Steps { get; set; } = 1000;

    /// <summary>Batches whose gradients are added up for one update.</summary>
    public int Accumulate { get; set; } = 1;

    /// <summary>Label smoothing mass.</summary>
    public float LabelSmoothing { get; set; }

    /// <summary>Where that mass goes.</summary>
    public LabelSmoothing SmoothingMode { get; set; }

    /// <summary>Which parameters are trained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrainableParameters Trainable { get; set; }

    /// <summary>
    /// Precision of matrix products while the model trains and is evaluated; absent: the device's own, which is float32 unless a
    /// program sets another.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingPrecision? Precision { get; set; }

    /// <summary>The optimiser.</summary>
    public OptimizerRecipe Optimizer { get; set; } = new();

    /// <summary>The learning-rate schedule.</summary>
    public ScheduleRecipe Schedule { get; set; } = new();

    /// <summary>Updates between evaluations on the validation text, each followed by a checkpoint; the end is always one.</summary>
    public long EvaluateEvery { get; set; } = 250;

    /// <summary>
    /// How many of the last evaluations' models are kept in <c>recent/</c>; at the end the mean of their weights becomes the model in
    /// <c>average/</c>. 0: none.
    /// </summary>
    public int KeepCheckpoints { get; set; }

    /// <summary>Moving averages of the weights, which are evaluated and kept in place of them; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EmaRecipe? Ema { get; set; }

    /// <summary>When the run ends early; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EarlyStoppingRecipe? EarlyStopping { get; set; }

    /// <summary>Updates between log lines.</summary>
    public long LogEvery { get; set; } = 10;

    /// <summary>The precision as devices have it; null for the device's own.</summary>
    [JsonIgnore]
    internal MatMulPrecision? MatMulPrecision => (MatMulPrecision?)Precision;

    /// <summary>Which parameters are trained, whatever says so.</summary>
    [JsonIgnore]
    internal virtual TrainableParameters Trained => Trainable;

    /// <summary>A precision as it tells recipes apart: float32 and none are one.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="isStated">Whether that one is stated.</param>
    internal static TrainingPrecision? IdentityOf(TrainingPrecision? precision, bool isStated) =>
        precision is not (null or TrainingPrecision.Float32) ? precision : isStated ? TrainingPrecision.Float32 : null;

    internal virtual void Validate(string where)
    {
        RequirePositive(where, Steps, "steps");
        RequirePositive(where, Accumulate, "accumulate");
        RequirePositive(where, EvaluateEvery, "evaluate_every");
        RequirePositive(where, LogEvery, "log_every");
        RequireNotNegative(where, KeepCheckpoints, "keep_checkpoints");
        if (LabelSmoothing is not (>= 0 and < 1))
        {
            throw new InputException($"{where}: training.label_smoothing is {LabelSmoothing}, it must be at least 0 and below 1.");
        }

        Optimizer.Validate(where);
        Schedule.Validate(where);
        Ema?.Validate(where);
        EarlyStopping?.Validate(where);
    }

    /// <summary>Refuses a choice of parameters beside that of adapters.</summary>
    /// <param name="lora">The model's adapters; null for none.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">There are both.</exception>
    internal void RequireFit(LoraConfig? lora, string where)
    {
        if (lora is not null && Trainable != TrainableParameters.All)
        {
            throw new InputException(
                $"{where}: model.lora trains its adapters alone, so training.trainable must be left out; it is '{Trainable.JsonName()}'.");
        }
    }

    /// <summary>Refuses to train parameters that a model has not.</summary>
    /// <param name="shapes">The model without values.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">There are none to train.</exception>
    internal void RequireTrained(Module shapes, string where)
    {
        if (Trained.Choose(shapes.Parameters()).Count == 0)
        {
            throw new InputException(
                $"{where}: training.trainable is '{Trained.JsonName()}', and the model has no such parameters to train.");
        }
    }

    private protected static void RequirePositive(string where, long value, string key)
    {
        if (value <= 0)
        {
            throw new InputException($"{where}: training.{key} is {value}, it must be positive.");
        }
    }

    private protected static void RequireNotNegative(string where, long value, string key)
    {
        if (value < 0)
        {
            throw new InputException($"{where}: training.{key} is {value}, it must not be negative.");
        }
    }
}
