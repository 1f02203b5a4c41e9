using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>A mapped request, or everything that is wrong with it.</summary>
internal sealed record Mapped<T>
    where T : class
{
    private Mapped(T? value, ServerError? error) => (Value, Error) = (value, error);

    public T? Value { get; }

    public ServerError? Error { get; }

    public static Mapped<T> Of(T value) => new(value, null);

    public static Mapped<T> Refused(ServerError error) => new(null, error);

    /// <summary>The same with something that is made of it.</summary>
    public Mapped<Tuple<T, TMore>> With<TMore>(Func<T, TMore> make) =>
        TryGet(out var value, out var error) ? Mapped<Tuple<T, TMore>>.Of(Tuple.Create(value, make(value))) : Mapped<Tuple<T, TMore>>.Refused(error);

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ServerError? error)
    {
        (value, error) = (Value, Error);
        return value is not null;
    }
}
