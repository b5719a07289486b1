using ManagedTransformer.Optimizers.Schedules;

namespace ManagedTransformer.Recipes;

/// <summary>A learning-rate schedule.</summary>
public sealed record ScheduleRecipe
{
    /// <summary>Which one.</summary>
    public ScheduleKind Type { get; set; }

    /// <summary>The (highest) rate.</summary>
    public double Lr { get; set; } = 1e-3;

    /// <summary>Updates of warm-up.</summary>
    public long Warmup { get; set; }

    /// <summary>The first update's rate, of linear also the last; negative: the schedule's default.</summary>
    public double WarmupInitLr { get; set; } = -1;

    /// <summary>Cosine: the lowest rate.</summary>
    public double MinLr { get; set; }

    /// <summary>Cosine: length of the first period; 0: until the end of training.</summary>
    public double Period { get; set; }

    /// <summary>Cosine: growth of the periods.</summary>
    public double TMult { get; set; } = 1;

    /// <summary>Cosine: factor on the rates per period.</summary>
    public double LrShrink { get; set; } = 1;

    /// <summary>Cosine, polynomial and linear: updates until the end; 0: all of training.</summary>
    public long Total { get; set; }

    /// <summary>Polynomial: the last rate.</summary>
    public double EndLr { get; set; }

    /// <summary>Polynomial: its power.</summary>
    public double Power { get; set; } = 1;

    /// <summary>Noam: width of the model.</summary>
    public int Dim { get; set; }

    /// <summary>Noam: multiplies everything; step: the factor of each change.</summary>
    public double Factor { get; set; } = 1;

    /// <summary>Step: updates between changes.</summary>
    public long Every { get; set; }

    /// <summary>Composed: the schedules, each with its <see cref="Updates"/>.</summary>
    public ScheduleRecipe[]? Parts { get; set; }

    /// <summary>As a part of a composed schedule: how many updates it lasts (the last part goes on).</summary>
    public long Updates { get; set; }

    /// <summary>The schedule of a run.</summary>
    /// <param name="steps">Updates of the run, where no total is given.</param>
    public LearningRateSchedule Create(long steps)
    {
        long total = Total > 0 ? Total : steps;
        return Type switch
        {
            ScheduleKind.Constant => new ConstantSchedule(Lr, Warmup),
            ScheduleKind.LinearWarmup => new LinearWarmupSchedule(Lr, Warmup),
            ScheduleKind.InverseSqrt => new InverseSquareRootSchedule(Lr, Warmup, WarmupInitLr),
            ScheduleKind.Noam => new NoamSchedule(Dim, Warmup, Factor),
            ScheduleKind.Cosine => new CosineSchedule(Lr, MinLr, Warmup, total, WarmupInitLr, Period, TMult, LrShrink),
            ScheduleKind.Polynomial => new PolynomialSchedule(Lr, EndLr, Warmup, total, Power),
            ScheduleKind.Linear =>
                new LinearDecaySchedule(Lr, Warmup, total, WarmupInitLr < 0 ? LinearDecaySchedule.DefaultInitial : WarmupInitLr),
            ScheduleKind.Step => new StepSchedule(Lr, Every, Factor),
            _ => new ComposedSchedule([.. Parts!.Select(part => (part.Create(part.Updates), part.Updates))]),
        };
    }

    internal void Validate(string where)
    {
        const string key = "training.schedule";
        if (!(Lr >= 0) || Warmup < 0 || !(MinLr >= 0) || !(EndLr >= 0) || Total < 0)
        {
            throw new InputException($"{where}: {key}: lr, warmup, min_lr, end_lr and total must not be negative.");
        }

        if (Type is ScheduleKind.InverseSqrt or ScheduleKind.Noam && Warmup == 0)
        {
            throw new InputException($"{where}: {key}.warmup must be positive for this schedule.");
        }

        if (Type == ScheduleKind.Linear && (Warmup < 2 || (Total > 0 && Total <= Warmup)))
        {
            throw new InputException($"{where}: {key}.warmup ({Warmup}) must be at least 2 for linear, and total ({Total}) above it.");
        }

        if (Type == ScheduleKind.Noam && Dim <= 0)
        {
            throw new InputException($"{where}: {key}.dim must be positive for noam.");
        }

        if (Type == ScheduleKind.Step && Every <= 0)
        {
            throw new InputException($"{where}: {key}.every must be positive for step.");
        }

        if (Type == ScheduleKind.Cosine && (!(TMult > 0) || !(Period >= 0)))
        {
            throw new InputException($"{where}: {key}: t_mult must be positive and period must not be negative.");
        }

        if (Type == ScheduleKind.Composed)
        {
            if (Parts is not { Length: > 0 } || Parts[..^1].Any(part => part.Updates <= 0))
            {
                throw new InputException($"{where}: {key}.parts must list schedules, each but the last with a positive number of updates.");
            }

            foreach (ScheduleRecipe part in Parts)
            {
                part.Validate(where);
            }
        }
    }
}
