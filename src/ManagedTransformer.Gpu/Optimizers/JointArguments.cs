namespace ManagedTransformer.Gpu;

/// <summary>
/// Up to six problems of one kind in one launch (<see cref="JointCode"/>): as many as the smallest limit of OpenCL on the size of arguments
/// allows. Each has the groups of threads from the end of the one before to its own; what is left over ends where the last one does.
/// </summary>
internal struct JointArguments<TPart>
    where TPart : struct
{
    /// <summary>Problems of a launch.</summary>
    public const int Parts = 6;

    public TPart P0, P1, P2, P3, P4, P5;
    public int End0, End1, End2, End3, End4, End5;

    /// <summary>Fills the next place; host only.</summary>
    /// <param name="place">From 0.</param>
    /// <param name="part">The problem.</param>
    /// <param name="end">The group behind its last.</param>
    public void Set(int place, in TPart part, int end)
    {
        switch (place)
        {
            case 0: (P0, End0, End1, End2, End3, End4, End5) = (part, end, end, end, end, end, end); break;
            case 1: (P1, End1, End2, End3, End4, End5) = (part, end, end, end, end, end); break;
            case 2: (P2, End2, End3, End4, End5) = (part, end, end, end, end); break;
            case 3: (P3, End3, End4, End5) = (part, end, end, end); break;
            case 4: (P4, End4, End5) = (part, end, end); break;
            default: (P5, End5) = (part, end); break;
        }
    }
}
