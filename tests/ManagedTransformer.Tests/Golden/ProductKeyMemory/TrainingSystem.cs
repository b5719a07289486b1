using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>
/// Three updates of a language model with memories, the values by an optimiser of their own, with the optimisers that a recipe makes.
/// </summary>
internal sealed class TrainingSystem : IGoldenSystem
{
    public string Name => "train_steps";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig optimizer = test.Config.Object("optimizer");
        bool dense = optimizer.Text("values_kind", "sparse_adam") != "sparse_adam";
        float clip = optimizer.Float("clip", 5);
        OptimizerRecipe recipe = new()
        {
            Type = OptimizerKind.Adam,
            Betas = [optimizer.Float("beta1", 0.9), optimizer.Float("beta2", 0.98)],
            Eps = optimizer.Float("eps", 1e-8),
            WeightDecay = optimizer.Float("weight_decay", 0),
            ClipNorm = clip,
            Values = new ValuesRecipe
            {
                Lr = optimizer.Float("values_lr", 1e-3),
                Betas = [optimizer.Float("values_beta1", 0.9), optimizer.Float("values_beta2", 0.999)],
                Eps = optimizer.Float("values_eps", 1e-8),
                ClipNorm = clip,
                Dense = dense,
            },
        };
        MemoryLanguageModel model = new(test.Config, sparseValues: !dense);
        check.Load(model);
        OptimizerSet optimizers = recipe.CreateSet(model.Parameters());
        InverseSquareRootSchedule schedule = new(optimizer.Double("lr"), optimizer.Int("warmup"), optimizer.Double("warmup_init_lr"));
        RandomSource random = new(1);
        for (int step = 0; test.Has($"in/tokens.{step}"); step++)
        {
            model.ClearGradients();
            Tensor loss = model.Forward(test.Integers($"in/tokens.{step}"), ForwardContext.Training(random)).Loss;
            loss.Backward();
            double[] norms = optimizers.GradientNorms();
            double rate = schedule.Rate(step);
            optimizers.Step((float)rate, norms);
            check.Compare($"out/loss.{step}", loss);
            check.Compare($"out/lr.{step}", rate);
            check.Compare($"out/model_grad_norm.{step}", norms[0]);
            check.Compare($"out/values_grad_norm.{step}", norms[1]);
        }

        check.Compare("out/eval_loss", model.Forward(test.Integers("in/tokens.0"), ForwardContext.Inference).Loss);
        foreach (NamedParameter named in model.Parameters())
        {
            check.Compare($"out/final.{named.Name}", named.Parameter);
        }

        foreach (NamedBuffer named in model.Buffers())
        {
            check.Compare($"out/final.{named.Name}", named.Buffer);
        }
    }
}
