using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Profiling;

namespace ManagedTransformer.Benchmarks;

/// <summary>Training steps of a model with random weights on random tokens; models with spans see the block before as they do in training.</summary>
internal sealed class TrainingSteps
{
    private const float LearningRate = 1e-3f;
    private readonly RandomSource _random = new(1);
    private readonly CausalLanguageModel _model;
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly Action _update;
    private readonly HiddenStateCache? _past;
    private readonly Shape _shape;
    private readonly int[] _inputs, _targets;

    /// <summary>A new model, and AdamW with the learning rate 1e-3 and no clipping, or a recipe's optimiser.</summary>
    public TrainingSteps(LanguageModelConfig config, Shape shape, TrainingRecipe? training)
    {
        _model = new CausalLanguageModel(config, _random);
        _parameters = (training?.Trainable ?? TrainableParameters.All).Choose(_model.Parameters());
        _update = Updates(_parameters, training);
        _past = _model.ReadsPast ? new HiddenStateCache(config.Layers) : null;
        (_shape, _inputs, _targets) = (shape, new int[shape.Count], new int[shape.Count]);
    }

    /// <summary>Runs a step, whose phases a profile learns.</summary>
    /// <returns>The loss.</returns>
    public double Next(KernelProfile? profile = null)
    {
        profile?.Phase = "forward";
        foreach (NamedParameter named in _parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        TrainingLoss loss = Forward();
        double value = loss.Prediction.Loss.Item();
        profile?.Phase = "backward";
        loss.Total.Backward(freeIntermediates: true);
        profile?.Phase = "update";
        _update();
        _model.ApplyConstraints();
        return value;
    }

    /// <summary>Multiplications and additions of the products of a forward pass alone.</summary>
    public double CountForwardOperations()
    {
        using KernelProfile profile = KernelProfile.Start();
        using StepScope scope = new();
        using NoGradientScope _ = new();
        Forward();
        return profile.Operations;
    }

    private TrainingLoss Forward()
    {
        FillRandom(_inputs);
        FillRandom(_targets);
        return _model.TrainingLoss(Tensor.From(_inputs, _shape), Tensor.From(_targets, _shape), ForwardContext.Training(_random), past: _past);
    }

    private void FillRandom(int[] ids)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (int)(_random.NextUnit() * _model.Config.Vocab);
        }
    }

    private static Action Updates(IReadOnlyList<NamedParameter> parameters, TrainingRecipe? training)
    {
        if (training is null)
        {
            Adam adam = new([new ParameterGroup(parameters)], new AdamOptions { Beta2 = 0.999f, WeightDecay = 0.01f, CorrectRoot = true });
            return () => adam.Step(LearningRate);
        }

        OptimizerSet optimizers = training.Optimizer.CreateSet(parameters);
        LearningRateSchedule schedule = training.Schedule.Create(training.Steps);
        return () => optimizers.Step((float)schedule.Rate(optimizers.Updates), optimizers.GradientNorms());
    }
}
