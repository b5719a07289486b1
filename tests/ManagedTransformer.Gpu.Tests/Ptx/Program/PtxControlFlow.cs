namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Where the lanes of a warp that a branch has parted meet again: the first instruction that every way from the branch to the end passes
/// (its immediate post-dominator),
/// found by the iterative algorithm of Cooper, Harvey and Kennedy on the reversed graph of instructions.
/// </summary>
internal static class PtxControlFlow
{
    /// <summary>The meeting point of every instruction; the number of instructions stands for the end.</summary>
    /// <param name="successors">What may follow each instruction; the number of instructions means the end.</param>
    public static int[] MeetingPoints(IReadOnlyList<int[]> successors)
    {
        int end = successors.Count;
        int[] order = ReverseOrder(successors), rank = new int[end + 1], meeting = new int[end + 1];
        for (int i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i;
        }

        Array.Fill(meeting, -1);
        meeting[end] = end;
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (int node in order.AsSpan(1))
            {
                int found = -1;
                foreach (int next in successors[node])
                {
                    if (meeting[next] >= 0)
                    {
                        found = found < 0 ? next : Meet(found, next, meeting, rank);
                    }
                }

                changed |= found != meeting[node];
                meeting[node] = found;
            }
        }

        return meeting;
    }

    private static int Meet(int a, int b, int[] meeting, int[] rank)
    {
        while (a != b)
        {
            while (rank[a] > rank[b])
            {
                a = meeting[a];
            }

            while (rank[b] > rank[a])
            {
                b = meeting[b];
            }
        }

        return a;
    }

    // Nodes from which the end can be reached, the end first, each one after some way back to it (reverse postorder of the reversed graph).
    private static int[] ReverseOrder(IReadOnlyList<int[]> successors)
    {
        int end = successors.Count;
        List<int>[] predecessors = [.. Enumerable.Range(0, end + 1).Select(_ => new List<int>())];
        for (int i = 0; i < end; i++)
        {
            foreach (int next in successors[i])
            {
                predecessors[next].Add(i);
            }
        }

        List<int> postorder = [];
        bool[] seen = new bool[end + 1];
        Stack<(int Node, int Next)> stack = new([(end, 0)]);
        seen[end] = true;
        while (stack.TryPop(out (int Node, int Next) top))
        {
            if (top.Next == predecessors[top.Node].Count)
            {
                postorder.Add(top.Node);
                continue;
            }

            stack.Push((top.Node, top.Next + 1));
            int predecessor = predecessors[top.Node][top.Next];
            if (!seen[predecessor])
            {
                seen[predecessor] = true;
                stack.Push((predecessor, 0));
            }
        }

        postorder.Reverse();
        return [.. postorder];
    }
}
