namespace ManagedTransformer.Gpu;

/// <summary>Finds the problem of a group of threads among those of a launch, and which of its groups it is.</summary>
internal static class JointCode
{
    /// <summary>The problem of a group.</summary>
    public static TPart Part<TPart>(JointArguments<TPart> arguments, int group)
        where TPart : struct
    {
        if (group < arguments.End0)
        {
            return arguments.P0;
        }

        if (group < arguments.End1)
        {
            return arguments.P1;
        }

        if (group < arguments.End2)
        {
            return arguments.P2;
        }

        if (group < arguments.End3)
        {
            return arguments.P3;
        }

        return group < arguments.End4 ? arguments.P4 : arguments.P5;
    }

    /// <summary>The first group of its problem.</summary>
    public static int Start<TPart>(JointArguments<TPart> arguments, int group)
        where TPart : struct
    {
        if (group < arguments.End0)
        {
            return 0;
        }

        if (group < arguments.End1)
        {
            return arguments.End0;
        }

        if (group < arguments.End2)
        {
            return arguments.End1;
        }

        if (group < arguments.End3)
        {
            return arguments.End2;
        }

        return group < arguments.End4 ? arguments.End3 : arguments.End4;
    }

    /// <summary>The group behind the last of its problem.</summary>
    public static int End<TPart>(JointArguments<TPart> arguments, int group)
        where TPart : struct
    {
        if (group < arguments.End0)
        {
            return arguments.End0;
        }

        if (group < arguments.End1)
        {
            return arguments.End1;
        }

        if (group < arguments.End2)
        {
            return arguments.End2;
        }

        if (group < arguments.End3)
        {
            return arguments.End3;
        }

        return group < arguments.End4 ? arguments.End4 : arguments.End5;
    }
}
