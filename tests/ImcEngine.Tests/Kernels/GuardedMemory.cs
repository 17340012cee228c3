using System.Runtime.InteropServices;

namespace ImcEngine.Tests.Kernels;

/// <summary>
/// Zeroed elements that end at an inaccessible page: reading or writing one byte beyond them ends the process at once.
/// <code>| readable pages ......[elements] | no access |</code>
/// </summary>
internal sealed unsafe partial class GuardedMemory<T> : IDisposable where T : unmanaged
{
    private readonly nuint _pagesBytes;
    private readonly byte* _pages;

    public GuardedMemory(int length)
    {
        Length = length;
        nuint page = (nuint)Environment.SystemPageSize, bytes = (nuint)length * (nuint)sizeof(T);
        nuint readable = Math.Max(1, (bytes + page - 1) / page) * page;
        _pagesBytes = readable + page;
        _pages = GuardedPages.Map(_pagesBytes);
        GuardedPages.Protect(_pages + readable, page);
        Pointer = (T*)(_pages + readable - bytes);
    }

    public GuardedMemory(ReadOnlySpan<T> elements) : this(elements.Length) => elements.CopyTo(Span);

    public int Length { get; }
    public T* Pointer { get; }
    public Span<T> Span => new(Pointer, Length);

    public void Dispose() => GuardedPages.Unmap(_pages, _pagesBytes);
}

/// <summary>The memory pages of the operating system.</summary>
internal static unsafe partial class GuardedPages
{
    private const int ReadWrite = 3, NoAccess = 0, PrivateAnonymousLinux = 0x22, PrivateAnonymousMac = 0x1002;
    private const uint CommitReserve = 0x3000, PageReadWrite = 4, PageNoAccess = 1, Release = 0x8000;

    public static byte* Map(nuint bytes)
    {
        nint at = OperatingSystem.IsWindows() ? VirtualAlloc(0, bytes, CommitReserve, PageReadWrite)
            : Mmap(0, bytes, ReadWrite, OperatingSystem.IsMacOS() ? PrivateAnonymousMac : PrivateAnonymousLinux, -1, 0);
        return at is 0 or -1 ? throw new OutOfMemoryException($"{bytes} bytes of pages could not be had.") : (byte*)at;
    }

    public static void Protect(byte* at, nuint bytes)
    {
        bool done = OperatingSystem.IsWindows() ? VirtualProtect((nint)at, bytes, PageNoAccess, out _) != 0
            : Mprotect((nint)at, bytes, NoAccess) == 0;
        if (!done) throw new InvalidOperationException("A page could not be protected.");
    }

    public static void Unmap(byte* at, nuint bytes)
    {
        if (OperatingSystem.IsWindows()) VirtualFree((nint)at, 0, Release);
        else Munmap((nint)at, bytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Mmap(nint at, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Mprotect(nint at, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(nint at, nuint bytes);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint at, nuint bytes, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(nint at, nuint bytes, uint protection, out uint old);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(nint at, nuint bytes, uint type);
}
