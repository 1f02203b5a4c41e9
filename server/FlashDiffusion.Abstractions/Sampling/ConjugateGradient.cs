using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>Conjugate gradients for symmetric positive definite systems, one a row; rows never couple.</summary>
public static class ConjugateGradient
{
    /// <summary>Runs a fixed number of iterations on M x = b. A row that is solved as well as its numbers can tell stays where it is; one that is not finite stays so.</summary>
    /// <param name="apply">M: a linear, symmetric, positive definite function of each row alone.</param>
    /// <param name="right">b, (B, ...).</param>
    /// <param name="start">First guess, shaped as b.</param>
    /// <param name="iterations">Applications of M, beside the one for the first residual.</param>
    /// <returns>x, shaped as b.</returns>
    public static Tensor Solve(Func<Tensor, Tensor> apply, Tensor right, Tensor start, int iterations)
    {
        ArgumentNullException.ThrowIfNull(apply);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(start);
        using var scope = NewDisposeScope();
        var solution = start.alias();
        var residual = right - apply(solution);
        var direction = residual;
        var squared = Dot(residual, residual);
        var type = finfo(right.dtype);
        var smallest = (Dot(right, right) * (type.eps * type.eps)).clamp_min(type.tiny / type.eps);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            using var inner = NewDisposeScope();
            var applied = apply(direction);

            // Beyond rounding the recursion goes on shrinking residuals that mean nothing, until squares underflow and a row divides by 0.
            var solved = squared < smallest;
            var length = where(solved, zeros_like(squared), squared / Dot(direction, applied));
            var next = residual - (length * applied);
            var nextSquared = Dot(next, next);
            solution = inner.MoveToOuter(solution + (length * direction));
            direction = inner.MoveToOuter(next + (where(solved, zeros_like(squared), nextSquared / squared) * direction));
            residual = inner.MoveToOuter(next);
            squared = inner.MoveToOuter(nextSquared);
        }

        return scope.MoveToOuter(solution);
    }

    private static Tensor Dot(Tensor left, Tensor right) =>
        (left * right).flatten(1).sum(1).reshape([left.shape[0], .. Enumerable.Repeat(1L, (int)left.dim() - 1)]);
}
