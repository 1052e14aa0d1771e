# Runs Parelha where untrusted programs cannot be isolated otherwise (macOS, Windows, old kernels).
#
#   docker build -t parelha .
#   docker run --rm -it parelha doctor
#
# Docker's own seccomp profile blocks user namespaces: the sandbox then holds level 2 (Landlock,
# system calls, limits), on kernels from 5.13 on. For level 3 as well, add
# `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`.
FROM python:3.11-slim

RUN useradd --create-home parelha
WORKDIR /home/parelha/app
COPY --chown=parelha . .
# As in the Makefile: which torch, and further arguments of pip (such as an index with CPU builds).
ARG TORCH_SPEC=torch==2.13.0
ARG PIP_ARGS=
RUN pip install --no-cache-dir $PIP_ARGS "$TORCH_SPEC" \
    && pip install --no-cache-dir $PIP_ARGS -c constraints.txt .
USER parelha
ENTRYPOINT ["parelha"]
CMD ["doctor"]
